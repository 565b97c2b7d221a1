// The order card: how far the order is, its parcels with their last scan, and when the carrier was last asked.

const LAST_STEP = 4;
const TONES = {
  delivered: "good",
  delayed: "warn", exception: "warn", attempt_failed: "warn",
  returning: "off", returned: "off", cancelled: "off",
};

function stepName(step, status) {
  return say(step === 3 && status === "available_for_pickup" ? "step_3_pickup" : `step_${step}`);
}

function stepState(step, progress) {
  if (step === progress && progress < LAST_STEP) return "now";
  return step <= progress ? "done" : "next";
}

function stateBar({ progress, status }) {
  if (!(progress >= 0 && progress <= LAST_STEP)) return null; // the order left the road; the headline says how
  const steps = [0, 1, 2, 3, LAST_STEP].map((step) => {
    const state = stepState(step, progress);
    const dot = make("span", { class: "dot", "aria-hidden": "true" }, state === "done" ? icon("check") : null);
    const current = step === progress ? "step" : null;
    return make("li", { class: state, "aria-current": current }, dot, make("span", {}, stepName(step, status)));
  });
  const label = say("progress", { step: progress + 1, name: stepName(progress, status) });
  return make("ol", { class: "steps", "aria-label": label }, ...steps);
}

function scanLine({ at, location, description }) {
  const what = [description, location].filter(Boolean).join(" · ") || say("last_scan");
  const when = timeElement(at, (date) => `${dayName(date)}, ${clock(date)} · ${ago(date)}`);
  return make("p", { class: "scan" }, make("span", {}, what), make("span", { class: "muted" }, when));
}

function trackLink({ url, carrier_name: carrier }) {
  const href = url && webAddress(url);
  if (!href) return null;
  const element = link(href, carrier ? say("track_with", { carrier }) : say("track"), icon("out"));
  element.classList.add("track");
  return element;
}

function parcelRow(parcel, index, { parcels, headline }) {
  const name = parcels.length > 1 ? say("parcel_of", { index: index + 1, count: parcels.length }) : say("parcel");
  const repeats = parcels.length === 1 && parcel.status_text === headline;
  return make("li", { class: `parcel ${TONES[parcel.status] || ""}` },
    make("div", { class: "parcel-head" }, icon("box"), make("strong", {}, parcel.carrier_name || name),
      make("span", { class: "number" }, parcel.tracking_number)),
    repeats ? null : make("p", { class: "state" }, parcel.status_text || ""),
    parcel.last_scan ? scanLine(parcel.last_scan) : make("p", { class: "scan muted" }, say("never_scanned")),
    trackLink(parcel));
}

function checkedLine({ last_checked_at: checked }) {
  if (!checked) return make("p", { class: "checked" }, say("never_checked"));
  return make("p", { class: "checked" }, `${say("last_checked")} `, timeElement(checked, ago));
}

function arrivalLine({ arrival }) {
  if (!arrival) return null;
  const when = windowText(new Date(arrival.earliest), new Date(arrival.latest));
  return make("p", { class: "arrival" }, say("arrival", { when }));
}

function orderCard(card, ask) {
  const tone = TONES[card.status] || "";
  const order = say("order", { number: card.number });
  const parcels = card.parcels || [];
  const mark = tone && tone !== "good" ? icon("alert") : null;
  return make("section", { class: `card ${tone}`, "aria-label": order },
    make("p", { class: "order" }, order),
    make("p", { class: "headline" }, mark, card.headline),
    arrivalLine(card),
    stateBar(card),
    parcels.length ? make("ul", { class: "parcels" }, ...parcels.map((parcel, index) => parcelRow(parcel, index, card))) : null,
    parcels.length ? checkedLine(card) : null,
    ask ? notifyLine(ask) : null);
}
