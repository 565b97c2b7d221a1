// How the widget looks. A constructed style sheet needs no permission from a page's content security policy.

const LIGHT = { surface: "#ffffff", soft: "#f2f4f7", ink: "#161a22", muted: "#596273", line: "#e2e6ec",
  good: "#14713f", warn: "#8a5200", warnSoft: "#fff6e5", bad: "#b3261e" };
const DARK = { surface: "#14171d", soft: "#232833", ink: "#f0f2f6", muted: "#a7b0bf", line: "#343b48",
  good: "#5ecb92", warn: "#f2bd6a", warnSoft: "#33291a", bad: "#ff9d94" };

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function luminance(hex) {
  const [red, green, blue] = channels(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function mix(from, to, share) {
  const target = channels(to);
  const mixed = channels(from).map((value, at) => Math.round(value + (target[at] - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

// The shop's colour, moved towards the text colour just as far as it takes to be read on the panel.
function readable(color, { soft, surface, ink }) {
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(color, ink, share);
    if (Math.min(contrast(tried, soft), contrast(tried, surface)) >= 4.6) return tried;
  }
  return ink;
}

function palette(colors, accent) {
  const onAccent = contrast(accent, "#ffffff") >= contrast(accent, "#10131a") ? "#ffffff" : "#10131a";
  const all = { ...colors, accent, onAccent, accentInk: readable(accent, colors), accentSoft: mix(colors.surface, accent, 0.09) };
  return Object.entries(all).map(([name, value]) => `--${name}:${value};`).join("");
}

// `all` and `!important` keep the shop page's rules out; an outer rule can't beat an important one in here.
const hostRules = (light, dark) => `
:host { all: initial !important; position: fixed !important; right: 0 !important; bottom: 0 !important;
  z-index: 2147483647 !important; display: block !important; }
:host { ${light} --scheme: light; --side: 20px; }
:host([data-theme="dark"]) { ${dark} --scheme: dark; }
@media (prefers-color-scheme: dark) { :host([data-theme="auto"]) { ${dark} --scheme: dark; } }
@media print { :host { display: none !important; } }
`;

const BASE_RULES = `
*, *::before, *::after { box-sizing: border-box; margin: 0; padding: 0; }
[hidden] { display: none !important; }
section { color-scheme: var(--scheme); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: var(--ink); text-align: start; -webkit-text-size-adjust: 100%; }
button, textarea { font: inherit; color: inherit; background: none; border: 0; }
button { cursor: pointer; -webkit-tap-highlight-color: transparent; }
ul, ol { list-style: none; }
a { color: var(--accentInk); text-underline-offset: 2px; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accentInk); outline-offset: 2px; }
.icon { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }
`;

const FRAME_RULES = `
.launcher { position: fixed; right: var(--side); bottom: calc(20px + env(safe-area-inset-bottom, 0px)); width: 60px; height: 60px;
  border-radius: 50%; background: var(--accent); color: var(--onAccent); display: grid; place-items: center;
  box-shadow: 0 1px 3px rgb(12 18 32 / .22), 0 10px 28px rgb(12 18 32 / .26); transition: transform .16s ease, box-shadow .16s ease; }
.launcher:hover { transform: translateY(-2px); box-shadow: 0 2px 4px rgb(12 18 32 / .22), 0 14px 34px rgb(12 18 32 / .3); }
.launcher:active { transform: scale(.96); }
.launcher:focus-visible { outline: 3px solid var(--surface); outline-offset: -6px; }
.launcher .icon { width: 29px; height: 29px; stroke-width: 1.6; }
.launcher .icon-down { display: none; }
:host([open]) .launcher .icon-chat { display: none; }
:host([open]) .launcher .icon-down { display: block; stroke-width: 2.2; }
:host([data-position="left"]) .launcher, :host([data-position="left"]) .panel { right: auto; left: var(--side); }
.badge { position: absolute; top: -3px; right: -3px; min-width: 23px; height: 23px; padding: 0 6px; border-radius: 12px;
  background: #c8281e; color: #fff; font-size: 12px; font-weight: 700; line-height: 23px; text-align: center;
  box-shadow: 0 0 0 2.5px #fff; }
.panel { position: fixed; right: var(--side); bottom: calc(94px + env(safe-area-inset-bottom, 0px)); width: 396px;
  max-width: calc(100vw - 40px); height: min(690px, calc(100vh - 118px)); display: flex; flex-direction: column; overflow: hidden;
  background: var(--surface); border-radius: 20px; animation: rise .22s cubic-bezier(.2, .8, .3, 1);
  box-shadow: 0 0 0 1px var(--line), 0 4px 12px rgb(12 18 32 / .08), 0 24px 64px rgb(12 18 32 / .24); }
@keyframes rise { from { opacity: 0; transform: translateY(14px) scale(.985); } }
header { display: flex; align-items: center; gap: 12px; padding: 16px 14px 16px 18px; background: var(--accent);
  color: var(--onAccent); flex: none; }
.mark { width: 40px; height: 40px; border-radius: 13px; display: grid; place-items: center; flex: none;
  background: var(--onAccent); color: var(--accent); }
.mark .icon { width: 23px; height: 23px; }
.titles { flex: 1; min-width: 0; }
h2 { font-size: 16.5px; line-height: 1.25; font-weight: 650; letter-spacing: -.005em; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.status { font-size: 13px; line-height: 1.35; }
.status.human::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-inline-end: 6px;
  background: #3ddc84; box-shadow: 0 0 0 1.5px var(--onAccent); }
.close { width: 40px; height: 40px; border-radius: 12px; display: grid; place-items: center; flex: none; }
.close:hover { box-shadow: inset 0 0 0 1.5px currentColor; }
header :focus-visible { outline-color: var(--onAccent); outline-offset: -2px; }
.banner { display: flex; align-items: center; gap: 12px; flex: none; font-size: 13px; line-height: 1.4; }
.banner:not(:empty) { padding: 9px 18px; background: var(--warnSoft); color: var(--warn); border-bottom: 1px solid var(--line); }
.banner[data-state="connecting"]:not(:empty) { background: var(--soft); color: var(--muted); animation: late 1s step-end; }
@keyframes late { from { opacity: 0; } to { opacity: 1; } }
.banner span { flex: 1; }
.banner button { flex: none; font-weight: 650; text-decoration: underline; text-underline-offset: 2px; padding: 4px; border-radius: 6px; }
.body { position: relative; flex: 1; min-height: 0; display: flex; }
.scroller { flex: 1; min-width: 0; overflow: hidden auto; overscroll-behavior: contain; padding: 18px 16px 14px;
  scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.scroller:focus-visible { outline-offset: -3px; border-radius: 6px; }
.jump { position: absolute; left: 50%; bottom: 12px; width: 38px; height: 38px; margin-left: -19px; border-radius: 50%;
  display: grid; place-items: center; background: var(--surface); color: var(--ink);
  box-shadow: 0 0 0 1px var(--line), 0 4px 14px rgb(12 18 32 / .2); }
footer { flex: none; border-top: 1px solid var(--line); padding: 12px 14px; padding-bottom: calc(12px + env(safe-area-inset-bottom, 0px)); }
.field { display: flex; align-items: flex-end; gap: 6px; padding: 4px 4px 4px 14px; border-radius: 22px;
  border: 1.5px solid var(--line); background: var(--surface); transition: border-color .12s; }
.field:focus-within { border-color: var(--accentInk); box-shadow: 0 0 0 1px var(--accentInk); }
textarea { flex: 1; min-width: 0; resize: none; font-size: 16px; line-height: 1.4; padding: 6px 0; max-height: 132px; }
textarea:focus-visible { outline: none; } /* the field around it shows the focus */
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; flex: none;
  background: var(--accent); color: var(--onAccent); transition: background .12s; }
.send:disabled { background: var(--soft); color: var(--muted); cursor: default; }
.attach { width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; flex: none; color: var(--muted); }
.attach:hover { color: var(--ink); }
.counter { font-size: 12px; color: var(--muted); text-align: end; padding: 0 6px; }
.counter:not(:empty) { padding-top: 5px; }
.counter.over { color: var(--bad); font-weight: 600; }
.person { display: flex; align-items: center; gap: 6px; margin: 5px auto -5px; padding: 5px 10px; border-radius: 9px;
  font-size: 13px; color: var(--muted); }
.person .icon { width: 16px; height: 16px; }
.person:hover { color: var(--ink); background: var(--soft); }
`;

const MESSAGE_RULES = `
.item { display: flex; flex-direction: column; align-items: flex-start; position: relative; }
.item.shopper { align-items: flex-end; }
.item.first { margin-top: 12px; }
.scroller > .item.first, .log > .item:first-child { margin-top: 0; }
.scroller > .item + .log:not(:empty) { margin-top: 14px; }
.bubble { max-width: 86%; padding: 9px 14px; border-radius: 18px; background: var(--soft); white-space: pre-wrap;
  overflow-wrap: anywhere; animation: appear .18s ease-out; }
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.bubble.picture { padding: 4px; }
.picture canvas { display: block; max-width: 240px; height: auto; border-radius: 14px; }
.bot .bubble, .agent .bubble { border-end-start-radius: 6px; }
.shopper .bubble { background: var(--accent); color: var(--onAccent); border-end-end-radius: 6px; }
.agent .bubble { background: var(--accentSoft); box-shadow: inset 0 0 0 1px var(--line); }
.unsent .bubble { opacity: .92; }
.author { font-size: 12px; font-weight: 600; color: var(--muted); padding: 0 4px 3px; }
.agent:not(.first) .author { position: absolute; clip-path: inset(50%); }
.meta { font-size: 11.5px; color: var(--muted); padding: 3px 5px 0; min-height: 20px; font-variant-numeric: tabular-nums; }
.joined .meta { position: absolute; clip-path: inset(50%); }
.joined { margin-bottom: 4px; }
.trouble .meta { color: var(--bad); }
.day { align-self: center; font-size: 12px; font-weight: 600; color: var(--muted); padding: 12px 0 10px; }
.note { align-items: center; margin: 12px 0; }
.note > p:last-child { font-size: 12.5px; color: var(--muted); text-align: center; padding: 4px 12px; border-radius: 10px; background: var(--soft); }
.dots { display: inline-flex; gap: 5px; margin-top: 10px; padding: 14px 15px; border-radius: 18px; border-end-start-radius: 6px; background: var(--soft); }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite both; }
.dots i:nth-child(2) { animation-delay: .18s; }
.dots i:nth-child(3) { animation-delay: .36s; }
@keyframes blink { 0%, 70%, 100% { opacity: .3; transform: none; } 35% { opacity: 1; transform: translateY(-3px); } }
.replies { display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-start; margin-top: 12px; }
.replies button { padding: 7px 14px; border-radius: 18px; border: 1.5px solid var(--accentInk); color: var(--accentInk); font-size: 14px;
  font-weight: 550; text-align: start; overflow-wrap: anywhere; transition: background .12s; }
.replies button:hover { background: var(--accentSoft); }
`;

const CARD_RULES = `
.card { --tone: var(--accentInk); width: 100%; padding: 15px 16px 12px; border-radius: 16px; background: var(--surface);
  border: 1px solid var(--line); box-shadow: 0 1px 2px rgb(12 18 32 / .05), 0 4px 14px rgb(12 18 32 / .06); animation: appear .18s ease-out; }
.bubble + .card { margin-top: 8px; }
.card.good, .parcel.good { --tone: var(--good); }
.card.warn, .parcel.warn { --tone: var(--warn); }
.card.off, .parcel.off { --tone: var(--muted); }
.order { font-size: 12.5px; font-weight: 600; color: var(--muted); }
.headline { display: flex; align-items: center; gap: 7px; font-size: 18px; line-height: 1.3; font-weight: 680; letter-spacing: -.01em; margin-top: 1px; }
.headline .icon, .card.good .headline { color: var(--tone); }
.arrival { font-size: 14px; margin-top: 2px; }
.steps { display: flex; margin: 16px -8px 0; }
.steps li { flex: 1 1 0; min-width: 0; position: relative; display: flex; flex-direction: column; align-items: center; gap: 6px;
  font-size: 11px; line-height: 1.25; text-align: center; color: var(--muted); padding: 0 2px; }
.steps li:not(:last-child)::before { content: ""; position: absolute; top: 9px; left: 50%; width: 100%; height: 3px; margin-top: -1.5px; background: var(--line); }
.steps li.done:not(:last-child)::before { background: var(--tone); }
.steps .dot { position: relative; width: 18px; height: 18px; border-radius: 50%; display: grid; place-items: center;
  background: var(--surface); border: 2.5px solid var(--line); color: var(--surface); }
.steps .dot .icon { width: 12px; height: 12px; stroke-width: 3.4; }
.steps .done .dot { background: var(--tone); border-color: var(--tone); }
.steps .now .dot { border: 5.5px solid var(--tone); box-shadow: 0 0 0 4px var(--accentSoft); }
.steps [aria-current="step"] { color: var(--ink); font-weight: 650; }
.parcels { margin-top: 14px; }
.parcel { --tone: var(--accentInk); padding: 11px 0; border-top: 1px solid var(--line); font-size: 13.5px; line-height: 1.4; }
.parcel-head { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 7px; }
.parcel-head .icon { width: 18px; height: 18px; color: var(--tone); }
.parcel-head strong { font-size: 14px; font-weight: 650; }
.number { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--muted); overflow-wrap: anywhere; }
.parcel .state { color: var(--tone); font-weight: 600; margin-top: 3px; }
.scan { margin-top: 3px; display: flex; flex-direction: column; overflow-wrap: anywhere; }
.scan .muted, p.scan.muted { font-size: 12.5px; }
.track { display: inline-flex; align-items: center; gap: 5px; margin-top: 6px; font-weight: 600; }
.notify { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-top: 8px; font-size: 13px; }
.notify button, .notify a { font: inherit; font-weight: 600; color: var(--accentInk); background: none; border: 0; padding: 6px 0; cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
.track .icon, .notify .icon { width: 14px; height: 14px; stroke-width: 2.2; }
.checked { border-top: 1px solid var(--line); padding-top: 9px; font-size: 12px; color: var(--muted); }
`;

const SMALL_RULES = `
@media (max-width: 520px), (max-height: 430px) {
  .panel, :host([data-position="left"]) .panel { inset: var(--visible-top, 0) 0 auto 0; width: 100%; max-width: none; height: var(--visible-height, 100%);
    border-radius: 0; box-shadow: none; }
  header { padding-top: calc(14px + env(safe-area-inset-top, 0px)); padding-bottom: 14px; }
  :host([open]) .launcher { display: none; }
}
@media (max-height: 430px) { .person { display: none; } }
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
  .launcher:hover, .launcher:active { transform: none; }
}
@media (forced-colors: active) {
  .panel, .bubble, .card, .launcher, .send, .dots { border: 1px solid CanvasText; }
  .steps .done .dot, .steps .now .dot, .dots i { background: CanvasText; forced-color-adjust: none; }
}
`;

function applyStyles(root, color) {
  const host = hostRules(palette(LIGHT, color), palette(DARK, color));
  const rules = host + BASE_RULES + FRAME_RULES + MESSAGE_RULES + CARD_RULES + SMALL_RULES;
  if ("adoptedStyleSheets" in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    root.adoptedStyleSheets = [sheet];
  } else {
    root.append(make("style", {}, rules)); // browsers from before 2023
  }
}
