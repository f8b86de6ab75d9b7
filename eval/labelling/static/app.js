// The page of `onrecord label`: an article's sentences, its commitments, and keys for everything.
// All text of an article enters the page as text, never as markup.

// Why a tempting sentence is no commitment, by the key that says so.
const KINDS = { d: "demand", a: "advice", r: "prediction", p: "past", o: "possible", h: "hypothetical", w: "law", v: "value",
  t: "rhetoric", c: "accusation", s: "scheduled", g: "ongoing" };
const GUIDE = {
  actor: "Who gives the undertaking and can be held to it: the fullest name that the article uses, without titles where a name is there.",
  actor_aliases: "Other names in the article that are equally right (role, office, the body it speaks for). Separate them with ; .",
  implementer: "Who will carry it out, when the article names somebody other than the actor.",
  action: "A short infinitive clause without the actor, self-contained, at most 25 words, no deadline words unless the sense needs them. Of a refusal: without the “not”.",
  polarity: "not_do for a refusal or a ban on oneself: “will not”, “ruled out”, “has no plans to”.",
  strength: "firm: will, pledged, announced, agreed, is to. intention: plans, intends, aims, hopes, proposes. conditional wins over both.",
  condition: "The words of the condition, verbatim. “Even if” concedes: no condition. “Where necessary” is scope: no condition.",
  recipient: "Who it is done for or promised to, if the article says so in or next to the evidence.",
  deadline: "The article's words that say when. Their days appear below; correct them where the guide says otherwise.",
  earliest: "The first day on which it can happen, if the words say so.",
  latest: "The last day on which it is still on time.",
  published: "The day from which “tomorrow”, “next month” and the like count; YYYY-MM-DD.",
  summary: "Two or three sentences, 40 to 80 words, in your own words: who did or said what, when, and the main reaction.",
  notes: "Why the hard calls went the way they did.",
};
const KEYS = [
  ["↓ ↑ or j k", "next, previous sentence"], ["Home End", "first, last sentence"],
  ["n", "new commitment, with this sentence as evidence"], ["e", "this sentence is (or is no longer) evidence of the commitment; + Shift: and all up to it"],
  ["[ ]", "previous, next commitment"], ["Enter", "fill in its fields; Tab goes on, Esc comes back to the text"],
  ["p", "polarity: do, not_do"], ["1 2 3", "strength: firm, intention, conditional"], ["d", "delete the commitment"],
  ["l", "look-alike: a tempting sentence that is none; then a letter for the reason"], ["y", "key sentence of the summary"], ["b", "boilerplate"],
  ["s", "go to the next suggestion that is not decided"], ["a", "accept it"], ["c", "accept and change it"], ["r", "refuse it"],
  ["m w", "summary, notes"], ["u U", "undo, redo"], ["Ctrl+Enter", "done, and on to the next article"],
  ["> <", "next, previous article"], ["g", "list of articles"], ["?", "this help"],
];
const IDLE_SECONDS = 60;

const $ = (id) => document.getElementById(id);
let index = [], current = null, state = null, cursor = 0, active = -1, pointed = -1;
let loading = false, undone = [], past = [], timer = null, sending = false, dirty = false, lastTouch = Date.now(), sides = [], missing = [];

// --- elements

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element[name] = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}
const key = (name) => el("kbd", {}, name);

function alertOf(words) {
  $("alert").textContent = words;
  $("alert").hidden = false;
  clearTimeout(alertOf.timer);
  alertOf.timer = setTimeout(() => { $("alert").hidden = true; }, 6000);
}

// --- talking to the server; what could not be sent stays in the browser and is sent later

async function ask(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", ...options });
  if (response.status === 401) throw Object.assign(new Error("token"), { status: 401 });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.error || response.statusText), { status: response.status, body });
  return body;
}
// The same article of the same annotator, and no other's: ids repeat from folder to folder.
const shelf = () => `onrecord:${index.annotator}:${current.id}:${current.sha256}`;
const WINDOW = crypto.randomUUID();
function keep() {
  try { localStorage.setItem(shelf(), JSON.stringify({ ...state, window: WINDOW })); } catch { alertOf("The browser keeps no copy: its storage is full or switched off."); }
}

function changed() {
  dirty = true;
  keep();
  said("not saved yet");
  clearTimeout(timer);
  timer = setTimeout(send, 400);
}

async function send() {
  if (sending || !dirty || !current) return;
  sending = true;
  dirty = false;
  const id = current.id;
  const body = JSON.stringify({ ...state, sha256: state.sha256 || current.sha256, window: WINDOW, base: state.revision || 0 });
  try {
    const answer = await ask(`/api/articles/${encodeURIComponent(id)}`, { method: "PUT", body, headers: { "Content-Type": "application/json" } });
    if (current.id === id) {
      state.revision = answer.revision;
      if (!dirty) localStorage.removeItem(shelf()); else keep();
      const wasDone = state.is_done;
      if (!dirty) state.is_done = answer.is_done;
      missing = answer.missing;
      const entry = index.articles.find((a) => a.id === id);
      Object.assign(entry, { status: answer.is_done ? "done" : "begun", seconds: state.seconds, commitments: state.commitments.length });
      if (wasDone !== answer.is_done) drawWork();
      drawList();
    }
    said(`saved ${new Date().toLocaleTimeString()}`);
  } catch (error) {
    dirty = true;
    if (error.status === 409) {
      said(`${error.message}: reload to see its state`, true);
      sending = false;
      return;
    }
    const why = error.status >= 400 && error.status !== 401 ? error.message : error.status === 401 ? "the server was started anew: open the address that it printed" : "the server does not answer";
    said(`kept in this browser; ${why}`, true);
    clearTimeout(timer);
    timer = setTimeout(send, 3000);
  }
  sending = false;
  if (dirty) { clearTimeout(timer); timer = setTimeout(send, 400); }
}

function said(words, isBad = false) {
  $("saved").textContent = words;
  $("saved").className = isBad ? "bad" : "";
}

// --- changes, each of which can be undone

// `ofField`: a field's change comes while the focus is on its way to the next one; the fields are then left as they stand.
function change(work, ofField = false) {
  past.push(JSON.stringify(snapshot()));
  if (past.length > 500) past.shift();
  undone = [];
  work();
  state.is_done = false;
  changed();
  if (ofField) { drawArticle(); followFields(); } else draw();
}
function snapshot() {
  const { revision, seconds, ...rest } = state;
  return { rest, active, pointed };
}
function restore(from, to) {
  if (!from.length) return;
  to.push(JSON.stringify(snapshot()));
  const kept = JSON.parse(from.pop());
  state = { ...kept.rest, revision: state.revision, seconds: state.seconds };
  active = Math.min(kept.active, state.commitments.length - 1);
  pointed = kept.pointed;
  changed();
  draw();
}

// --- opening an article

async function open(id) {
  if (loading) return;
  // Keys that come while the next article is on its way would change the one that is left.
  loading = true;
  try {
    await flush();
    await load(id);
  } catch (error) {
    const why = error.status === 401 ? "The server was started anew: open the address that it printed." : error.status ? error.message : "The server does not answer.";
    alertOf(`${why} ${current ? "This article stays open." : ""}`);
  } finally { loading = false; }
}
async function flush() {
  await Promise.all(lookups);
  clearTimeout(timer);
  while (sending) await new Promise((go) => setTimeout(go, 30));
  if (current && dirty) await send();
}
async function load(id) {
  current = await ask(`/api/articles/${encodeURIComponent(id)}`);
  dirty = false;
  const begun = { commitments: [], boilerplate: null, lookalikes: [], key_sentences: [], summary: "", notes: "", seconds: 0, revision: 0, is_done: false };
  state = { ...begun, ...current.state };
  const found = localStorage.getItem(shelf());
  if (found) {
    const left = JSON.parse(found);
    if ((left.revision || 0) === (state.revision || 0) || left.window === state.window) {
      state = { ...begun, ...left, revision: state.revision };
      dirty = true;
      alertOf("Changes that had not reached the server were found in this browser and are being saved.");
    } else {
      // Another window went on from here: what this browser kept is neither taken nor thrown away.
      localStorage.setItem(`${shelf()}:${Date.now()}`, found);
      localStorage.removeItem(shelf());
      alertOf("This browser keeps changes that another window has overtaken; they were set aside in its storage.");
    }
  }
  // What was decided was decided about these suggestions and no others.
  if (state.offered !== current.offered) { state.decided = []; state.offered = current.offered; }
  state.boilerplate ??= current.sentences.filter((s) => s.boilerplate).map(spanOf);
  state.published ??= current.published;
  while (state.decided.length < current.suggestions.length) state.decided.push(null);
  past = []; undone = []; missing = [];
  cursor = 0;
  active = state.commitments.length ? 0 : -1;
  pointed = state.decided.indexOf(null);
  lastTouch = Date.now();
  $("clock").textContent = minutes(state.seconds);
  location.hash = encodeURIComponent(id);
  draw();
  drawList();
  $("article").focus();
  $("article").scrollTop = 0;
  if (pointed >= 0) goToSuggestion(pointed);
  if (dirty) send();
}

const spanOf = (s) => ({ start: s.start, end: s.end });
const overlaps = (a, b) => a.start < b.end && b.start < a.end;
const covers = (spans, s) => spans.some((x) => overlaps(x, s));

// --- evidence: runs of whole sentences

function toggled(spans, sentence) {
  if (!covers(spans, sentence)) return joined([...spans, spanOf(sentence)]);
  const rest = [];
  for (const span of spans) {
    if (!overlaps(span, sentence)) { rest.push(span); continue; }
    const inside = current.sentences.filter((s) => overlaps(s, span) && s !== sentence);
    rest.push(...joined(inside.map(spanOf)));
  }
  return rest;
}
function joined(spans) {
  // Sentences that follow one another are one run; the order of runs is kept, the clearest first.
  const runs = [];
  for (const span of spans) {
    const last = runs.find((r) => areNeighbours(r, span) || areNeighbours(span, r));
    if (last) { last.start = Math.min(last.start, span.start); last.end = Math.max(last.end, span.end); } else runs.push({ ...span });
  }
  return runs;
}
function areNeighbours(first, second) {
  const i = current.sentences.findIndex((s) => s.end === first.end);
  return i >= 0 && current.sentences[i + 1]?.start === second.start;
}

// --- drawing

function draw() { drawArticle(); drawWork(); }

function drawList() {
  const done = index.articles.filter((a) => a.status === "done").length;
  const seconds = index.articles.reduce((sum, a) => sum + (a.seconds || 0), 0);
  $("progress").textContent = `${done} of ${index.articles.length} done${done ? `, ${minutes(seconds / Math.max(1, done))} an article` : ""}`;
  $("list").replaceChildren(...index.articles.map((a) => el("button",
    { type: "button", class: a.status, "aria-current": current?.id === a.id ? "true" : "false", onclick: () => open(a.id) },
    el("span", { class: "name" }, a.title),
    el("small", {}, `${a.words} words${a.status === "new" ? "" : ` · ${a.commitments} commitment${a.commitments === 1 ? "" : "s"} · ${minutes(a.seconds)}`}`))));
}
const minutes = (s) => `${Math.floor((s || 0) / 60)}:${String(Math.round((s || 0) % 60)).padStart(2, "0")}`;

function drawArticle() {
  const shown = pointed >= 0 && current.suggestions[pointed] ? current.suggestions[pointed].evidence : [];
  const nodes = [el("h1", {}, current.title || "(no title)"),
    el("p", { class: "meta" }, `${current.id} · ${current.published || "no date"} · ${current.sentences.length} sentences`)];
  let paragraph = null, number = -1;
  current.sentences.forEach((s, i) => {
    if (s.paragraph !== number) { paragraph = el("p"); nodes.push(paragraph); number = s.paragraph; }
    const marks = state.commitments.flatMap((c, n) => (covers(c.evidence, s) ? [n + 1] : []));
    const look = state.lookalikes.find((x) => overlaps(x, s));
    const classes = ["sentence"];
    if (covers(state.boilerplate, s)) classes.push("boilerplate");
    if (covers(state.key_sentences, s)) classes.push("key");
    if (look) classes.push("look");
    if (active >= 0 && covers(state.commitments[active].evidence, s)) classes.push("evidence");
    else if (marks.length || covers(shown, s)) classes.push("other");
    if (i === cursor) classes.push("cursor");
    const span = el("span", { class: classes.join(" "), id: `s${i}`, title: look ? `look-alike: ${look.kind}` : null,
      onclick: (event) => { cursor = i; if (event.detail > 1 || event.ctrlKey || event.metaKey) toggleEvidence(); else { drawArticle(); $("article").focus(); } } });
    span.append(el("span", { class: "number", "aria-hidden": "true" }, `${i + 1}`));
    if (marks.length) span.append(el("span", { class: "marks", title: "states commitment" }, `c${marks.join(" c")}`));
    span.append(el("span", { class: "words" }, s.text));
    paragraph.append(span, " ");
  });
  nodes.push(el("p", { class: "legend" }, el("span", { class: "sentence evidence" }, "evidence of the open commitment"), el("span", { class: "sentence other" }, "of another"),
    el("span", { class: "sentence key" }, "key sentence"), el("span", { class: "sentence look" }, "look-alike"), el("span", { class: "sentence boilerplate" }, "boilerplate")));
  $("article").replaceChildren(...nodes);
  $(`s${cursor}`)?.scrollIntoView({ block: "nearest" });
}

function drawWork() {
  const focused = document.activeElement?.dataset?.field ? document.activeElement : null;
  const typed = focused && { value: focused.value, start: focused.selectionStart, end: focused.selectionEnd };
  const nodes = [];
  if (current.suggestions.length) {
    const open = state.decided.filter((d) => d === null).length;
    nodes.push(el("h2", {}, `Suggestions: ${open} to decide`), ...(sides.length ? drawSides() : current.suggestions.map((_, n) => suggestionCard(n))));
  }
  nodes.push(el("h2", {}, `Commitments: ${state.commitments.length}`));
  state.commitments.forEach((c, n) => nodes.push(n === active ? editor(c, n) : card(c, n)));
  if (!state.commitments.length) nodes.push(el("p", { class: "guide" }, "None yet. ", key("n"), " makes one of the sentence under the cursor; an article may well have none."));
  nodes.push(el("div", { class: "buttons" }, el("button", { type: "button", onclick: add }, "New ", key("n"))));
  if (!current.published) {
    nodes.push(el("h2", {}, "The article's date"), el("input", { value: state.published, "data-field": "published", placeholder: "YYYY-MM-DD", autocomplete: "off", title: GUIDE.published,
      onchange: (event) => change(() => { state.published = /^\d{4}-\d\d-\d\d$/.test(event.target.value.trim()) ? event.target.value.trim() : null; }, true) }));
  }
  nodes.push(el("h2", {}, "Summary"), area("summary", 3), el("p", { class: "guide" }, GUIDE.summary, ` ${count(state.summary)} words; ${state.key_sentences.length} key sentence(s) `, key("y")));
  nodes.push(el("h2", {}, "Notes"), area("notes", 2));
  nodes.push(el("div", { class: "buttons" }, el("button", { type: "button", class: "main", id: "done", onclick: done }, state.is_done ? "Done " : "Done, next ", key("Ctrl+Enter"))));
  if (missing.length) nodes.push(el("ul", { class: "missing" }, missing.map((m) => el("li", {}, m))));
  $("work").replaceChildren(...nodes);
  const again = focused && $("work").querySelector(`[data-field="${CSS.escape(focused.dataset.field)}"]`);
  if (!again) return;
  again.focus();
  // What is being typed is not yet the state's.
  if (focused.matches("input, textarea")) { again.value = typed.value; again.setSelectionRange(typed.start, typed.end); }
  if (focused.dataset.field === "deadline") resolve(again.value, state.commitments[active]);
}
const count = (text) => (text || "").trim().split(/\s+/).filter(Boolean).length;

function described(c, differs = []) {
  const part = (name, words, tag = "span") => (words ? el(tag, { class: differs.includes(name) ? "differs" : null }, words) : null);
  const when = c.deadline?.text ? `${c.deadline.text} (${c.deadline.earliest || "…"} to ${c.deadline.latest || "…"})` : null;
  const tags = [part("strength", c.strength || "firm"), part("deadline", when), part("condition", c.condition && `if: ${c.condition}`),
    part("recipient", c.recipient && `for ${c.recipient}`), part("implementer", c.implementer && `by ${c.implementer}`)].filter(Boolean);
  return [el("div", {}, part("actor", c.actor || "(no actor)", "strong"), " ", part("polarity", c.polarity === "not_do" ? "will not" : "will"), " ", part("action", c.action || "…")),
    el("div", { class: "tags" }, tags.flatMap((t, n) => (n ? [" · ", t] : [t])))];
}

function card(c, n) {
  const lacks = ["actor", "action"].filter((f) => !c[f]).concat(c.evidence.length ? [] : ["evidence"]);
  return el("div", { class: "card", onclick: () => { active = n; draw(); } }, el("span", { class: "tags" }, `${n + 1}`), described(c), lacks.length ? el("div", { class: "lacks" }, `no ${lacks.join(", no ")}`) : null);
}

function suggestionCard(n, differs = []) {
  const s = current.suggestions[n], decision = state.decided[n];
  const buttons = decision !== null ? el("div", { class: "tags" }, decision)
    : el("div", { class: "buttons" }, [["Accept", "a", "accepted"], ["Change", "c", "changed"], ["Refuse", "r", "refused"]].map(([words, name, what]) =>
      button(words, n === pointed ? name : null, () => decide(n, what))));
  return el("div", { class: `card suggestion${n === pointed ? " active" : ""}${decision !== null ? " decided" : ""}`, id: `suggestion${n}`, onclick: () => goToSuggestion(n) },
    el("span", { class: "tags" }, s.from), described(s, differs), buttons);
}
const button = (words, name, work) => el("button", { type: "button", onclick: (event) => { event.stopPropagation(); work(); } }, words, name ? [" ", key(name)] : null);

function drawSides() {
  // Adjudication: what lies on overlapping evidence stands side by side.
  const [first, second] = sides, rows = [], used = new Set();
  current.suggestions.forEach((s, n) => {
    if (s.from !== first) return;
    const partner = current.suggestions.findIndex((t, m) => t.from === second && !used.has(m) && t.evidence.some((e) => covers(s.evidence, e)));
    if (partner >= 0) used.add(partner);
    rows.push([n, partner]);
  });
  current.suggestions.forEach((s, n) => { if (s.from === second && !used.has(n)) rows.push([-1, n]); });
  return rows.map(([a, b]) => {
    const differs = a >= 0 && b >= 0 ? FIELDS.filter((f) => JSON.stringify(current.suggestions[a][f] ?? null) !== JSON.stringify(current.suggestions[b][f] ?? null)) : FIELDS;
    return el("div", { class: "pair" }, ...[a, b].map((n) => (n >= 0 ? suggestionCard(n, differs) : el("div", { class: "tags" }, "nothing"))));
  });
}
const FIELDS = ["actor", "action", "polarity", "strength", "condition", "recipient", "implementer", "deadline"];

function editor(c, n) {
  const guide = el("p", { class: "guide", hidden: true });
  const field = (name, words, value, set, options = {}) => el("label", {}, words, el(options.tag || "input", {
    value, "data-field": name, list: options.list, rows: options.rows, spellcheck: "false", autocomplete: "off",
    onfocus: () => { guide.textContent = GUIDE[name]; guide.hidden = false; },
    onchange: (event) => change(() => set(event.target.value.trim() || null), true), oninput: options.oninput }));
  const d = c.deadline || { text: null, earliest: null, latest: null };
  const setDeadline = (name) => (value) => { c.deadline = { ...d, [name]: value }; if (!c.deadline.text && !value) c.deadline = null; };
  const resolved = el("p", { class: "resolved", id: "resolved" });
  const when = field("deadline", "deadline, in the article's words", d.text, (value) => {
    c.deadline = value ? { text: value, earliest: null, latest: null } : null;
    if (value) date(c);
  }, { oninput: (event) => resolve(event.target.value, c) });
  const select = (name, values) => el("label", {}, name, el("select", { "data-field": name, onfocus: () => { guide.textContent = GUIDE[name]; guide.hidden = false; },
    onchange: (event) => change(() => { c[name] = event.target.value; }, true) }, values.map((v) => el("option", { value: v, selected: (c[name] || values[0]) === v }, v))));
  const names = el("datalist", { id: "names" }, current.names.map((name) => el("option", { value: name })));
  const runs = c.evidence.map((e) => {
    const [first, last] = [current.sentences.findIndex((s) => s.start === e.start) + 1, current.sentences.findIndex((s) => s.end === e.end) + 1];
    return first === last ? `${first}` : `${first}–${last}`;
  });
  const view = el("div", { class: "card active", id: "editor" },
    el("span", { class: "tags" }, `${n + 1} · evidence: ${runs.length ? `sentence ${runs.join(", ")}` : "none yet"} `, key("e")),
    field("actor", "actor", c.actor, (v) => { c.actor = v; }, { list: "names" }), names,
    field("actor_aliases", "other names of the actor; several with ;", (c.actor_aliases || []).join("; "), (v) => { c.actor_aliases = (v || "").split(";").map((x) => x.trim()).filter(Boolean); }),
    field("action", "action: will …", c.action, (v) => { c.action = v; }, { tag: "textarea", rows: 2 }),
    when, resolved,
    el("div", { class: "row" }, field("earliest", "earliest", d.earliest, setDeadline("earliest")), field("latest", "latest", d.latest, setDeadline("latest"))),
    field("condition", "condition, verbatim", c.condition, (v) => { c.condition = v; if (v) c.strength = "conditional"; }),
    el("div", { class: "row" }, field("recipient", "recipient", c.recipient, (v) => { c.recipient = v; }), field("implementer", "implementer", c.implementer, (v) => { c.implementer = v; })),
    el("div", { class: "row" }, select("polarity", ["do", "not_do"]), select("strength", ["firm", "intention", "conditional"])),
    guide,
    el("div", { class: "buttons" }, el("button", { type: "button", onclick: remove }, "Delete ", key("d"))));
  for (const area of view.querySelectorAll("textarea")) area.value = c.action || "";
  return view;
}

// Days of the words of a deadline, shown while they are typed and set when they are left. Answers may overtake one another.
const daysOf = (words, c) => ask(`/api/deadline?${new URLSearchParams({ id: current.id, text: words, polarity: c.polarity || "do", published: state.published || "" })}`);
let lookedUp = "";
async function resolve(words, c) {
  const asked = words.trim();
  lookedUp = asked;
  if (!asked) { $("resolved").textContent = ""; return; }
  let said;
  try {
    const found = await daysOf(asked, c);
    said = found.reason ? `no days: ${found.reason.replaceAll("_", " ")}` : `${found.earliest || "…"} to ${found.latest || "…"}`;
  } catch { said = "the days cannot be looked up now"; }
  // The editor may have been drawn anew while the answer was on its way.
  if (lookedUp === asked && $("resolved")) $("resolved").textContent = said;
}
const lookups = new Set();
function date(c) {
  const lookup = dated(c).finally(() => lookups.delete(lookup));
  lookups.add(lookup);
}
async function dated(c) {
  const asked = c.deadline.text;
  const found = await daysOf(asked, c).catch(() => null);
  if (!found || c.deadline?.text !== asked || c.deadline.earliest || c.deadline.latest) return;
  Object.assign(c.deadline, { earliest: found.earliest, latest: found.latest });
  changed();
  if (state.commitments[active] === c) followFields();
}
// What follows from another field is shown without drawing the fields anew.
function followFields() {
  const c = state.commitments[active];
  if (!c) return;
  const values = { earliest: c.deadline?.earliest ?? "", latest: c.deadline?.latest ?? "", strength: c.strength || "firm", polarity: c.polarity || "do" };
  for (const [name, value] of Object.entries(values)) {
    const field = $("work").querySelector(`[data-field="${name}"]`);
    if (field && field !== document.activeElement) field.value = value;
  }
}

function area(name, rows) {
  const view = el("textarea", { rows, "data-field": name, "aria-label": name, onchange: (event) => change(() => { state[name] = event.target.value; }, true) });
  view.value = state[name] || "";
  return view;
}

// --- what keys and clicks do

function add() {
  change(() => {
    const s = current.sentences[cursor];
    const before = state.commitments.at(-1);
    state.commitments.push({ actor: before?.actor || null, actor_aliases: before?.actor_aliases || [], implementer: null, action: null, polarity: "do", strength: "firm",
      condition: null, recipient: null, deadline: null, evidence: s ? [spanOf(s)] : [] });
    active = state.commitments.length - 1;
    state.lookalikes = state.lookalikes.filter((x) => !s || !overlaps(x, s));
  });
}
function remove() {
  if (active < 0) return;
  change(() => { state.commitments.splice(active, 1); active = Math.min(active, state.commitments.length - 1); });
}
function toggleEvidence() {
  if (active < 0) { alertOf("There is no commitment yet: n makes one."); return; }
  change(() => { const c = state.commitments[active]; c.evidence = toggled(c.evidence, current.sentences[cursor]); });
}
function toggleSpan(name) {
  alertOf(`${name.replaceAll("_", " ")}: ${covers(state[name], current.sentences[cursor]) ? "no longer" : "marked"}`);
  change(() => { state[name] = covers(state[name], current.sentences[cursor]) ? state[name].filter((x) => !overlaps(x, current.sentences[cursor])) : [...state[name], spanOf(current.sentences[cursor])].sort((a, b) => a.start - b.start); });
}
function lookalike() {
  const s = current.sentences[cursor], there = state.lookalikes.find((x) => overlaps(x, s));
  const choose = (kind) => {
    $("help").close();
    change(() => {
      state.lookalikes = state.lookalikes.filter((x) => !overlaps(x, s));
      if (kind) state.lookalikes = [...state.lookalikes, { ...spanOf(s), kind }].sort((a, b) => a.start - b.start);
    });
  };
  const reasons = [...Object.entries(KINDS), ["x", null]];
  $("help").replaceChildren(el("h2", {}, "Why is it no commitment?"), el("div", { class: "reasons" }, reasons.map(([name, kind]) =>
    el("button", { type: "button", class: kind && kind === there?.kind ? "main" : "", onclick: () => choose(kind) }, key(name), ` ${kind || "no look-alike"}`))));
  $("help").onkeydown = (event) => {
    const found = reasons.find(([name]) => name === event.key);
    if (found) { event.preventDefault(); event.stopPropagation(); choose(found[1]); }
  };
  $("help").showModal();
}
function goToSuggestion(n) {
  if (n < 0) return;
  pointed = n;
  const first = current.suggestions[n].evidence[0];
  const at = current.sentences.findIndex((s) => overlaps(s, first));
  if (at >= 0) cursor = at;
  draw();
  $(`suggestion${n}`)?.scrollIntoView({ block: "nearest" });
}
function decide(n, decision) {
  if (n < 0 || state.decided[n] !== null) return;
  change(() => {
    state.decided[n] = decision;
    if (decision === "refused") return;
    const { from, ...c } = current.suggestions[n];
    state.commitments.push({ ...structuredClone(c) });
    active = state.commitments.length - 1;
    if (sides.length) current.suggestions.forEach((t, m) => { if (state.decided[m] === null && t.from !== from && t.evidence.some((e) => covers(c.evidence, e))) state.decided[m] = "refused"; });
  });
  if (decision === "changed") { focusField(); return; }
  const next = state.decided.indexOf(null);
  if (next >= 0) goToSuggestion(next); else { pointed = -1; draw(); }
}
function focusField(name = "actor") {
  const field = $("work").querySelector(`[data-field="${name}"]`);
  field?.focus();
  if (field?.matches("input")) field.select();
}
async function done() {
  document.activeElement?.blur?.();
  if (loading) return;
  state.is_done = true;
  changed();
  await flush();
  drawWork();
  $("article").focus();
  if (!state.is_done) { alertOf(missing.length ? missing.join("; ") : "not saved"); return; }
  const order = index.articles, here = order.findIndex((a) => a.id === current.id);
  const next = [...order.slice(here + 1), ...order.slice(0, here)].find((a) => a.status !== "done");
  if (next) await open(next.id); else alertOf("All articles are done. < and > go through them.");
}
function step(by) {
  const here = index.articles.findIndex((a) => a.id === current.id), next = index.articles[here + by];
  if (next) open(next.id);
}
function help() {
  $("help").onkeydown = null;
  $("help").replaceChildren(el("h2", {}, "Keys"), el("dl", {}, KEYS.map(([keys, words]) => [el("dt", {}, key(keys)), el("dd", {}, words)])),
    el("h2", {}, "A commitment"), el("p", {}, "Somebody named is bound; the action lies ahead or goes on; a reader could say in time “done” or “not done”. All three must hold. Leave out demands and advice, predictions, what is done, values without an action, possibilities, duties set by law, rhetoric, boilerplate."),
    el("button", { type: "button", onclick: () => $("help").close() }, "Close ", key("Esc")));
  $("help").showModal();
}
function move(to) { cursor = Math.max(0, Math.min(current.sentences.length - 1, to)); drawArticle(); }

const COMMANDS = {
  ArrowDown: () => move(cursor + 1), j: () => move(cursor + 1), ArrowUp: () => move(cursor - 1), k: () => move(cursor - 1),
  Home: () => move(0), End: () => move(current.sentences.length - 1),
  n: add, e: toggleEvidence, E: toggleRun, d: remove, Enter: () => focusField(),
  "[": () => { if (active > 0) { active -= 1; draw(); } }, "]": () => { if (active < state.commitments.length - 1) { active += 1; draw(); } },
  p: () => active >= 0 && change(() => { const c = state.commitments[active]; c.polarity = c.polarity === "do" ? "not_do" : "do"; }),
  1: () => strength("firm"), 2: () => strength("intention"), 3: () => strength("conditional"),
  l: lookalike, y: () => toggleSpan("key_sentences"), b: () => toggleSpan("boilerplate"),
  s: () => goToSuggestion(nextOpen()), a: () => decide(pointed, "accepted"), c: () => decide(pointed, "changed"), r: () => decide(pointed, "refused"),
  m: () => focusField("summary"), w: () => focusField("notes"), u: () => restore(past, undone), U: () => restore(undone, past),
  ">": () => step(1), "<": () => step(-1), g: () => $("list").querySelector("[aria-current=true]")?.focus(), "?": help,
};
function nextOpen() {
  const after = state.decided.findIndex((d, n) => d === null && n > pointed);
  return after >= 0 ? after : state.decided.indexOf(null);
}
function strength(value) { if (active >= 0) change(() => { state.commitments[active].strength = value; }); }
function toggleRun() {
  if (active < 0) return;
  change(() => {
    const c = state.commitments[active];
    const last = c.evidence.length ? current.sentences.findIndex((s) => s.start === c.evidence.at(-1).start) : cursor;
    for (let i = Math.min(last, cursor); i <= Math.max(last, cursor); i += 1) if (!covers(c.evidence, current.sentences[i])) c.evidence = joined([...c.evidence, spanOf(current.sentences[i])]);
  });
}

document.addEventListener("keydown", (event) => {
  lastTouch = Date.now();
  if (!current || loading || $("help").open) { if (loading && !event.ctrlKey && !event.metaKey) event.preventDefault(); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); done(); return; }
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && typing) { event.preventDefault(); event.target.blur(); $("article").focus(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("button") && (event.key === "Enter" || event.key === " ")) return;
  const command = COMMANDS[event.key];
  if (command) { event.preventDefault(); command(); }
});
document.addEventListener("pointerdown", () => { lastTouch = Date.now(); });
window.addEventListener("beforeunload", (event) => { if (dirty) { document.activeElement?.blur?.(); event.preventDefault(); } });
$("help-button").addEventListener("click", help);

// Seconds in which somebody worked: not while nothing was touched for a minute, nor in a hidden tab.
setInterval(() => {
  if (!current || state.is_done || document.hidden || Date.now() - lastTouch > IDLE_SECONDS * 1000) return;
  state.seconds = (state.seconds || 0) + 1;
  $("clock").textContent = minutes(state.seconds);
}, 1000);

async function start() {
  try {
    index = await ask("/api/articles");
  } catch (error) {
    $("article").textContent = error.status === 401 ? "Open the address that `onrecord label` printed." : "The server does not answer.";
    return;
  }
  sides = index.sides;
  $("annotator").textContent = sides.length ? `${index.annotator} adjudicates ${sides.join(" and ")}` : index.annotator;
  const asked = decodeURIComponent(location.hash.slice(1));
  const first = index.articles.find((a) => a.id === asked) || index.articles.find((a) => a.status !== "done") || index.articles[0];
  await open(first.id);
}
start();
