// Every word the widget shows, one table for each language; nothing else in the widget holds wording.

const STRINGS = {
  en: {
    title: "Order help",
    greeting: "Hi! I can tell you where your order is. What would you like to know?",
    suggestions: "Where is my order?|When will it arrive?|Something is wrong with my delivery",
    subtitle_bot: "Automatic assistant",
    subtitle_waiting: "A person has been asked to join",
    subtitle_human: "You're talking with a person",
    subtitle_human_named: "You're talking with {name}",
    open: "Open chat",
    open_unread_one: "Open chat, 1 unread message",
    open_unread_other: "Open chat, {count} unread messages",
    close: "Close chat",
    chat: "Chat",
    conversation: "Conversation",
    messages: "Messages",
    suggested: "Suggested replies",
    compose: "Your message",
    placeholder: "Write a message…",
    send: "Send message",
    attach: "Add a picture",
    picture: "Picture",
    picture_too_big: "That picture is too big. Please send one under 10 MB.",
    not_a_picture: "I can only take pictures: JPEG, PNG, WebP or GIF.",
    talk_to_person: "Talk to a person",
    characters_left_one: "1 character left",
    characters_left_other: "{count} characters left",
    too_long_one: "1 character too long",
    too_long_other: "{count} characters too long",
    newest: "Newest messages",
    shopper: "You",
    bot: "Assistant",
    agent: "Support team",
    typing_bot: "The assistant is typing",
    typing_agent: "A person is typing",
    typing_agent_named: "{name} is typing",
    sending: "Sending…",
    waiting: "Waiting for the connection",
    held: "Not sent yet, trying again shortly",
    failed: "Not sent",
    connecting: "Connecting…",
    offline: "No connection. Your messages are kept here and sent once it's back.",
    try_now: "Try now",
    now_waiting: "A person has been asked to join.",
    now_human: "A person has joined the conversation.",
    now_human_named: "{name} has joined the conversation.",
    now_bot: "The assistant is back.",
    today: "Today",
    yesterday: "Yesterday",
    just_now: "just now",
    order: "Order {number}",
    progress: "Progress: step {step} of 5, {name}",
    step_0: "Ordered",
    step_1: "Shipped",
    step_2: "In transit",
    step_3: "Out for delivery",
    step_3_pickup: "Ready for pickup",
    step_4: "Delivered",
    arrival: "Expected {when}",
    parcel: "Parcel",
    parcel_of: "Parcel {index} of {count}",
    last_scan: "Last scan",
    never_scanned: "Not scanned by the carrier yet",
    track: "Track parcel",
    track_with: "Track with {carrier}",
    new_tab: "(opens in a new tab)",
    notify: "Notify me",
    notify_page: "Go on at your order's page",
    notify_on: "This device gets a message when there is news of this order.",
    notify_blocked: "This browser blocks messages from this page. Allow them in its settings for this site.",
    notify_failed: "That didn't work just now. Please try again.",
    last_checked: "Carrier last checked",
    never_checked: "Not checked with the carrier yet",
  },
};

let words = STRINGS.en;

function useLanguage(code) {
  words = STRINGS[code] || STRINGS.en;
}

function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// With the name of a person, where one is known and the words have a place for it.
function sayOf(key, name) {
  return name && words[`${key}_named`] ? say(`${key}_named`, { name }) : say(key);
}

function sayCount(key, count) {
  return say(`${key}_${count === 1 ? "one" : "other"}`, { count });
}
