// Shows what GET /sandbox/events sends. Every text of the API is set with textContent, never as HTML.
"use strict";

const element = (id) => document.getElementById(id);

// state is everything that the events have told so far.
const state = {
  choice: { model: "", group: "" }, models: [], groups: [],
  fleet: { versions: [], cells: [], off: [] }, devices: [], rollouts: [], requests: [],
};

// --- texts -------------------------------------------------------------------------------------

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// percent never rounds up to 100 and never down to 0.
function percent(part, whole) {
  if (whole === 0 || part === 0) return "0%";
  return part / whole < 0.001 ? "<0.1%" : `${Math.floor((part * 1000) / whole) / 10}%`;
}

// quoted is a name within a sentence: cut, and isolated from the direction of the text around it.
function quoted(name) {
  return `\u2068${name.length > 60 ? `${name.slice(0, 60)}…` : name}\u2069`;
}

// fill writes the rows of a table, and reuses its cells.
function fill(table, rows) {
  const body = table.tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((texts, i) => {
    const row = body.rows[i] ?? body.insertRow();
    texts.forEach((text, j) => setText(row.cells[j] ?? row.insertCell(), text));
  });
}

// --- colors ------------------------------------------------------------------------------------

const paletteSize = 8;
const colorOf = new Map();
let colorsOfModel = "";

// assignColors gives each version that is shown a color. A version keeps it for as long as it is shown.
function assignColors() {
  if (colorsOfModel !== state.choice.model) colorOf.clear();
  colorsOfModel = state.choice.model;
  const shown = shownVersions().map((v) => v.version);
  for (const version of colorOf.keys()) {
    if (!shown.includes(version)) colorOf.delete(version);
  }
  for (const version of shown) {
    if (colorOf.has(version)) continue;
    let color = 0;
    while (color < paletteSize && [...colorOf.values()].includes(color)) color++;
    colorOf.set(version, color < paletteSize ? color : colorOf.size % paletteSize);
  }
}

// shownVersions are the versions that devices run, those whose health is set, and those of the rollouts.
function shownVersions() {
  const inRollouts = new Set(state.rollouts.map((r) => r.version));
  return state.fleet.versions.filter((v) => v.devices > 0 || v.has_health || inRollouts.has(v.version));
}

const colorName = (version) => (colorOf.has(version) ? `--version-${colorOf.get(version)}` : "--none");

// --- the devices -------------------------------------------------------------------------------

const canvas = element("cells");
const slider = element("device");
let columns = 1;
let pitch = 1; // the distance between two squares, in CSS pixels
let gap = 1;

function drawDevices() {
  const { versions, cells, off } = state.fleet;
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name);
  const context = canvas.getContext("2d");
  resizeCanvas(context, cells.length);
  const size = pitch - gap;
  const corner = (i) => [gap + (i % columns) * pitch, gap + Math.floor(i / columns) * pitch];
  const square = (i, inset) => {
    const [x, y] = corner(i);
    context.fillRect(x + inset, y + inset, size - 2 * inset, size - 2 * inset);
  };

  const colors = versions.map((v) => color(colorName(v.version)));
  const none = color("--none");
  cells.forEach((version, i) => {
    context.fillStyle = version < 0 ? none : colors[version];
    square(i, 0);
  });
  context.fillStyle = color("--background");
  for (const i of off) square(i, Math.max(Math.floor(size / 5), 1));

  if (cells.length === 0) return;
  const [x, y] = corner(slider.valueAsNumber - 1);
  context.strokeStyle = color("--text");
  context.lineWidth = gap;
  context.strokeRect(x - gap / 2, y - gap / 2, size + gap, size + gap);
}

// resizeCanvas chooses the largest squares with which the devices fit into some 360 pixels of height.
function resizeCanvas(context, devices) {
  const width = Math.max(canvas.clientWidth, 30);
  pitch = Math.min(Math.max(Math.floor(Math.sqrt((width * 360) / Math.max(devices, 1))), 4), 24);
  gap = pitch < 12 ? 1 : 2;
  columns = Math.floor((width - gap) / pitch);
  const height = Math.max(Math.ceil(devices / columns), 1) * pitch + gap;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  Object.assign(canvas.dataset, { columns, pitch, gap });
  context.scale(scale, scale);
}

// describeDevice says in words what the selected square shows.
function describeDevice() {
  const { versions, cells, off } = state.fleet;
  slider.max = String(Math.max(cells.length, 1));
  slider.disabled = cells.length === 0;
  const i = slider.valueAsNumber - 1;
  if (cells.length === 0) {
    setText(element("device-text"), "There are no devices.");
    return;
  }
  const version = cells[i] < 0 ? "no version" : quoted(versions[cells[i]].version);
  const text = `${quoted(state.devices[i] ?? "")}: ${version}${off.includes(i) ? ", switched off" : ""}`;
  setText(element("device-text"), text);
  slider.setAttribute("aria-valuetext", text);
}

canvas.addEventListener("pointermove", (event) => {
  const column = Math.floor((event.offsetX - gap) / pitch);
  const i = Math.floor((event.offsetY - gap) / pitch) * columns + column;
  if (column < 0 || column >= columns || i < 0 || i >= state.fleet.cells.length || i === slider.valueAsNumber - 1) return;
  slider.value = String(i + 1);
  selectDevice();
});
slider.addEventListener("input", selectDevice);

function selectDevice() {
  describeDevice();
  drawSoon();
}

// --- the tables --------------------------------------------------------------------------------

function showVersions() {
  const total = state.fleet.cells.length;
  const rows = shownVersions().map((v) => ({ ...v, name: v.version, color: colorName(v.version) }));
  const without = state.fleet.cells.filter((version) => version < 0).length;
  if (without > 0) rows.push({ name: "no version", devices: without, has_health: false, color: "--none" });
  const body = element("versions").tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((v, i) => {
    const row = body.rows[i] ?? newVersionRow(body);
    const share = total === 0 ? 0 : (v.devices * 100) / total;
    const { error_percent: errors, crash_percent: crashes, latency_p95_ms: latency } = v.health ?? {};
    row.cells[0].firstChild.style.background = `var(${v.color})`;
    row.cells[2].lastChild.style.background = `var(${v.color})`;
    row.cells[2].lastChild.style.width = `${share}%`;
    setText(row.cells[0].lastChild, v.name);
    setText(row.cells[1], String(v.devices));
    setText(row.cells[2].firstChild, percent(v.devices, total));
    setText(row.cells[3], v.has_health ? `${errors}%` : "–");
    setText(row.cells[4], v.has_health ? `${crashes}%` : "–");
    setText(row.cells[5], v.has_health ? `${latency} ms` : "–");
  });
}

function newVersionRow(body) {
  const row = body.insertRow();
  const heading = document.createElement("th");
  heading.scope = "row";
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  heading.append(swatch, document.createElement("bdi"));
  row.append(heading);
  for (let i = 1; i < 6; i++) row.insertCell();
  row.cells[2].className = "bar";
  row.cells[2].append(document.createTextNode(""), document.createElement("span"));
  return row;
}

function showRollouts() {
  fill(element("rollouts"), state.rollouts.map((r) =>
    [r.id, r.is_rollback ? `${r.version} (rollback)` : r.version, r.status, `${r.percentage}%`, r.reason]));
}

function showRequests() {
  fill(element("requests"), state.requests.map((r) => [r.method, r.path, r.status === 0 ? "no answer" : String(r.status), r.id]));
}

// --- the summary -------------------------------------------------------------------------------

const summaryInterval = 2000; // so that a screen reader can finish a sentence
let summaryShown = -summaryInterval;
let summaryTimer = 0;

function summary() {
  const { cells, off } = state.fleet;
  const model = state.models.find((m) => m.id === state.choice.model);
  if (!model) return "The sandbox has no models.";
  const parts = shownVersions().filter((v) => v.devices > 0)
    .map((v) => `${quoted(v.version)} on ${v.devices} (${percent(v.devices, cells.length)})`);
  const sentences = [`${quoted(model.name)}: ${cells.length} devices${parts.length > 0 ? `, ${parts.join(", ")}` : ""}.`];
  if (off.length > 0) sentences.push(`${off.length} are switched off.`);
  for (const r of state.rollouts.filter((r) => !["completed", "rolled_back"].includes(r.status))) {
    sentences.push(`The ${r.is_rollback ? "rollback to" : "rollout of"} ${quoted(r.version)} is ${r.status} at ${r.percentage}%.`);
  }
  return sentences.join(" ");
}

function showSummary() {
  if (summaryTimer !== 0) return;
  const show = () => {
    summaryTimer = 0;
    summaryShown = performance.now();
    setText(element("summary"), summary());
  };
  const wait = summaryShown + summaryInterval - performance.now();
  if (wait <= 0) show();
  else summaryTimer = setTimeout(show, wait);
}

// --- the choice --------------------------------------------------------------------------------

const wanted = new URLSearchParams(location.search);

function showChoice() {
  const { models, groups, choice } = state;
  fillSelect(element("model"), models, choice.model, models.length > 1);
  fillSelect(element("group"), [{ id: "", name: "all" }, ...groups], choice.group, groups.length > 0);
}

function fillSelect(select, items, chosen, visible) {
  select.parentElement.hidden = !visible;
  select.replaceChildren(...items.map(({ id, name }) => {
    const option = document.createElement("option");
    option.value = id;
    option.textContent = name;
    return option;
  }));
  select.value = chosen;
}

for (const name of ["model", "group"]) {
  element(name).addEventListener("change", (event) => {
    wanted.set(name, event.target.value);
    history.replaceState(null, "", `/?${wanted}`);
    connect();
  });
}

// --- the events --------------------------------------------------------------------------------

let drawing = 0;

function drawSoon() {
  if (drawing !== 0) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    drawDevices();
  });
}

function apply(changes) {
  Object.assign(state, changes);
  if (changes.choice || changes.models || changes.groups) showChoice();
  if (changes.rollouts) showRollouts();
  if (changes.requests) showRequests();
  if (changes.choice || changes.fleet || changes.rollouts) {
    assignColors();
    showVersions();
  }
  if (changes.fleet || changes.devices) describeDevice();
  showSummary();
  drawSoon();
}

let source = null;
let retry = 0;

function showConnection(text, lost) {
  setText(element("connection"), text);
  element("connection").classList.toggle("lost", lost);
}

function disconnect() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function connect() {
  disconnect();
  const current = new EventSource(`/sandbox/events?${wanted}`);
  source = current;
  current.onopen = () => showConnection("Live", false);
  current.onmessage = (event) => apply(JSON.parse(event.data));
  current.onerror = () => {
    showConnection("Not connected. Trying again …", true);
    // The browser tries again by itself, unless it was refused.
    if (current === source && current.readyState === EventSource.CLOSED) retry = setTimeout(connect, 3000);
  };
}

// A page that is not visible keeps no connection: a browser has few of them.
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
new ResizeObserver(drawSoon).observe(canvas);
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", drawSoon);
if (!document.hidden) connect();
