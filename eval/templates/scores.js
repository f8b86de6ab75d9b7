// The article view of the scores page: filters, a list, and one article with gold and predicted evidence side by side.
// Whatever an article or a system says enters the page as text, never as markup. The view stands in the address after #.
// Offsets are of code points, half-open; a string of JavaScript counts astral characters twice, so texts are split first.

const data = JSON.parse(document.getElementById("data").textContent);
const { articles, runs, kinds, fields } = data;
const byId = new Map(articles.map((article, i) => [article.id, i]));
const $ = (id) => document.getElementById(id);
const ROW = 54;
// Rows beyond the window, so that fast scrolling shows no gap.
const SPARE = 8;
const KEYS = [
  ["j k", "next, previous article"], ["/", "search"], ["f", "filters"], ["1 … 9", "choose a run, or no longer"],
  ["n p", "next, previous commitment"], ["s", "back to the scores"], ["a", "to the articles"], ["t", "light or dark"],
  ["?", "this help"], ["Esc", "leave a field, or this help"],
];
const DEFAULTS = { article: "", runs: "", kind: "", part: "", has: "", versus: "", q: "", sort: "mistakes" };
const VERSUS = [["", "any"], ["a", "A right, B wrong"], ["b", "B right, A wrong"], ["differ", "unlike in number of mistakes"]];
const LEGEND = [["gold", "gold evidence"], ["good", "found, and right"], ["fair", "found, with a mistake"], ["bad", "found, and assigned to nothing"],
  ["note", "look-alike or disputed"], ["boiler", "boilerplate"]];
const SORTS = [["mistakes", "most mistakes"], ["difference", "most unlike"], ["id", "id"]];

let state = readHash();
let shown = [];
let partners = new Map();

// --- elements

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const options = (pairs, chosen) => pairs.map(([value, words]) => el("option", { value, selected: value === chosen }, words));

// --- the address

function readHash() {
  const read = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(DEFAULTS).map(([name, usual]) => [name, read.get(name) ?? usual]));
}

function hashOf(view) {
  const told = Object.entries(view).filter(([name, value]) => value !== DEFAULTS[name]);
  return "#" + new URLSearchParams(told.length ? told : [["view", "articles"]]);
}

const isReading = () => location.hash.includes("=");

// A change of article is a step that Back undoes; a change of filters is none.
function go(change, { isStep = false } = {}) {
  state = { ...state, ...change };
  const wasReading = isReading();
  history[isStep || !wasReading ? "pushState" : "replaceState"](null, "", hashOf(state));
  draw();
}

// The runs that are looked at: those of the address, else the first one or two that are no baselines.
function chosenRuns() {
  const named = state.runs.split(".").map((n) => Number(n) - 1).filter((n) => runs[n]);
  if (named.length) return [...new Set(named)].slice(0, 2);
  const systems = runs.map((_, i) => i).filter((i) => !runs[i].base);
  return (systems.length ? systems : runs.map((_, i) => i)).slice(0, 2);
}

function toggleRun(i) {
  if (!runs[i]) return;
  const chosen = chosenRuns();
  const next = chosen.includes(i) ? chosen.filter((n) => n !== i) : [...chosen.slice(-1), i];
  if (next.length) go({ runs: next.map((n) => n + 1).join(".") });
}

// --- which articles

const hasKind = (article, chosen, kind) => chosen.some((r) => (article.runs[r].mistakes ?? []).some((m) => m[0] === kind));
const coreOf = (row) => new Set((row.pairs ?? []).filter((pair) => pair[3] > 0).map((pair) => pair[0]));
const leftEmpty = (row) => row.status !== "failed" && (row.found ?? []).length === (row.ignored ?? []).length;

// A commitment that one has in Core and the other has not; of articles with none: one left it empty, the other did not.
function isBetter(article, one, other) {
  const [a, b] = [article.runs[one], article.runs[other]];
  if (!(article.gold ?? []).length) return leftEmpty(a) && !leftEmpty(b);
  const theirs = coreOf(b);
  return [...coreOf(a)].some((place) => !theirs.has(place));
}

function fitsVersus(article, chosen) {
  const [a, b] = chosen;
  if (!state.versus || b === undefined) return true;
  if (state.versus === "differ") return article.runs[a].wrong !== article.runs[b].wrong;
  return state.versus === "a" ? isBetter(article, a, b) : isBetter(article, b, a);
}

const hayOf = (article) => (article.hay ??= `${article.id}\n${article.title ?? ""}\n${article.text ?? ""}`.toLowerCase());

function fits(article, chosen, kind, words) {
  if (state.part !== "" && data.parts[article.part] !== state.part.slice(1)) return false;
  if (state.has && ((article.gold ?? []).length > 0) !== (state.has === "some")) return false;
  if (kind === "any" ? !chosen.some((r) => article.runs[r].mistakes) : kind >= 0 && !hasKind(article, chosen, kind)) return false;
  return fitsVersus(article, chosen) && (!words || hayOf(article).includes(words));
}

function kindOf(name) {
  return name === "any" ? "any" : kinds.findIndex(([kind]) => kind === name);
}

const wrong = (article, chosen) => Math.max(...chosen.map((r) => article.runs[r].wrong));
const gap = (article, chosen) => (chosen.length < 2 ? 0 : Math.abs(article.runs[chosen[0]].wrong - article.runs[chosen[1]].wrong));

function sorted(found, chosen) {
  const weight = { mistakes: wrong, difference: gap }[state.sort];
  return weight ? found.sort((a, b) => weight(b, chosen) - weight(a, chosen)) : found;
}

function select() {
  const chosen = chosenRuns();
  const [kind, words] = [kindOf(state.kind), state.q.trim().toLowerCase()];
  shown = sorted(articles.filter((article) => fits(article, chosen, kind, words)), chosen);
}

// --- filters

function drawFilters() {
  const chosen = chosenRuns();
  const count = (kind) => articles.filter((article) => hasKind(article, chosen, kind)).length;
  const any = articles.filter((article) => chosen.some((r) => article.runs[r].mistakes)).length;
  const told = kinds.map(([kind], k) => [kind, `${kind} (${count(k)})`]);
  $("kind").replaceChildren(...options([["", "any or none"], ["any", `some mistake (${any})`], ...told], state.kind));
  $("part").replaceChildren(...options([["", "all"], ...data.parts.map((part) => ["=" + part, part || "the folder itself"])], state.part));
  $("sort").replaceChildren(...options(SORTS.filter(([value]) => value !== "difference" || chosen.length > 1), state.sort));
  $("versus").replaceChildren(...options(VERSUS.map(([value, words]) => [value, versusWords(words, chosen)]), state.versus));
  $("versus-label").hidden = chosen.length < 2;
  $("has").value = state.has;
  if ($("q").value !== state.q) $("q").value = state.q;
}

function versusWords(words, [a, b]) {
  return b === undefined ? words : words.replace(/\b[AB]\b/g, (letter) => runs[letter === "A" ? a : b].name);
}

function filtered() {
  const change = Object.fromEntries(["q", "kind", "part", "has", "versus", "sort"].map((id) => [id, $(id).value]));
  state = { ...state, ...change };
  select();
  const keeps = shown.some((article) => article.id === state.article);
  go({ article: keeps || !shown.length ? state.article : shown[0].id });
}

// --- the list: only the rows in sight are in the page

function drawList() {
  const n = shown.length;
  $("count").textContent = n === articles.length ? `${n} articles` : `${n} of ${articles.length} articles`;
  $("list").replaceChildren(el("div", { class: "space", role: "presentation" }));
  $("list").firstChild.style.height = `${n * ROW}px`;
  showChosen();
  drawWindow();
}

function showChosen() {
  const place = shown.findIndex((article) => article.id === state.article);
  const [list, top] = [$("list"), place * ROW];
  if (place < 0) list.scrollTop = 0;
  else if (top < list.scrollTop || top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
}

function drawWindow() {
  const list = $("list");
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
  const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
  const chosen = chosenRuns();
  const rows = shown.slice(first, last).map((article, i) => optionOf(article, first + i, chosen));
  list.firstChild?.replaceChildren(...rows);
  const active = shown.findIndex((article) => article.id === state.article);
  if (active >= first && active < last) list.setAttribute("aria-activedescendant", `option-${active}`);
  else list.removeAttribute("aria-activedescendant");
}

function optionOf(article, place, chosen) {
  const option = el("div", {
    class: "option", role: "option", id: `option-${place}`, "aria-selected": String(article.id === state.article),
    "aria-setsize": shown.length, "aria-posinset": place + 1, onclick: () => go({ article: article.id }, { isStep: true }),
  }, el("span", {}, article.title || article.id), tallyOf(article, chosen), el("small", {}, subtitleOf(article)));
  option.style.top = `${place * ROW}px`;
  return option;
}

function subtitleOf(article) {
  const count = (article.gold ?? []).length;
  const told = count ? `${count} commitment${count > 1 ? "s" : ""}` : "none";
  return article.title ? `${article.id} · ${told}` : told;
}

function tallyOf(article, chosen) {
  const counts = chosen.map((r) => article.runs[r].wrong);
  const words = counts.map((n, i) => `${runs[chosen[i]].name}: ${n} mistakes in Core`).join(", ");
  const told = counts.flatMap((n, i) => [i ? " · " : "", countOf(n, article.runs[chosen[i]])]);
  return el("span", { class: "tally", title: words, "aria-label": words }, ...told);
}

// An article on which a run failed is none that it got right.
function countOf(n, row) {
  if (n) return el("b", {}, String(n));
  return row.status === "failed" ? el("b", {}, "failed") : el("span", { class: "none" }, "✓");
}

function step(by) {
  if (!shown.length) return;
  const place = shown.findIndex((article) => article.id === state.article);
  const next = place < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, place + by));
  go({ article: shown[next].id }, { isStep: true });
}

// --- marks in a text

// Stretches of the text under the same marks, in order.
function stretches(length, marks) {
  const cuts = [...new Set([0, length, ...marks.flatMap((mark) => [mark.start, mark.end])])];
  const edges = cuts.filter((cut) => cut >= 0 && cut <= length).sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, i) => ({
    start, end: edges[i + 1], marks: marks.filter((mark) => mark.start <= start && edges[i + 1] <= mark.end),
  }));
}

const marksOf = (item, key, style, label) =>
  (item.evidence ?? []).map(([start, end], i) => ({ start, end, key, style, label: i ? null : label }));

function textOf(points, marks) {
  return stretches(points.length, marks).flatMap((stretch) => {
    const words = points.slice(stretch.start, stretch.end).join("");
    const begun = stretch.marks.filter((mark) => mark.start === stretch.start && mark.label);
    return [...begun.map(tagOf), stretch.marks.length ? markOf(stretch.marks, words) : words];
  });
}

function markOf(marks, words) {
  const keys = marks.map((mark) => mark.key).filter(Boolean);
  const styles = [...new Set(marks.map((mark) => mark.style))];
  const titles = marks.map((mark) => mark.title).filter(Boolean);
  return el("mark", { class: styles.join(" "), title: titles.join("; ") || null, "data-items": keys.length ? keys.join(" ") : null }, words);
}

function tagOf(mark) {
  return el("button", {
    type: "button", class: `tag ${mark.style.split(" ")[0]}`, "data-items": mark.key, title: "to its card",
    onclick: () => cardsOf(mark.key)[0]?.focus(),
  }, mark.label);
}

const cardsOf = (key) => [...document.querySelectorAll("#article .card")].filter((card) => card.dataset.items === key);

// --- an article

function drawArticle() {
  const article = articles[byId.get(state.article) ?? -1];
  $("reader").classList.toggle("chosen", Boolean(article));
  if (!article) return $("article").replaceChildren(el("p", { class: "nothing" }, "No article is chosen."));
  const sides = sidesOf(article);
  partners = partnersOf(sides);
  $("article").replaceChildren(
    el("h2", {}, article.title || article.id),
    el("p", { class: "about" }, [article.title && article.id, data.parts[article.part], article.about].filter(Boolean).join(" · ")),
    ...textsOf(article, sides), ...failuresOf(sides), ...cardRows(article, sides), ...summariesOf(article, sides),
  );
  return undefined;
}

// A chosen run with what it said of the article: outcomes and partners by place in its list.
function sidesOf(article) {
  return chosenRuns().map((r, i) => {
    const row = article.runs[r];
    const [byFound, byGold] = [new Map(), new Map()];
    for (const pair of row.pairs ?? []) { byFound.set(pair[1], pair); byGold.set(pair[0], pair); }
    return { run: runs[r], letter: "ab"[i], row, byFound, byGold, found: row.found ?? [] };
  });
}

const mistakeOf = (side, where, place) => (side.row.mistakes ?? []).find((m) => m[where] === place && (where === 2 || m[2] === null));
const isIgnored = (side, place) => (side.row.ignored ?? []).includes(place);

function outcomeOf(side, place) {
  const [pair, mistake] = [side.byFound.get(place), mistakeOf(side, 2, place)];
  if (isIgnored(side, place)) return { style: "open", words: "left open", why: "adjudication left it open: it counts neither way" };
  if (!pair) return { style: "bad", words: kinds[mistake[0]][0], why: kinds[mistake[0]][1] };
  if (mistake) return { style: "fair", words: kinds[mistake[0]][0], why: kinds[mistake[0]][1] };
  return { style: "good", words: pair[3] === 2 ? "exact" : "right", why: "" };
}

function partnersOf(sides) {
  const linked = new Map();
  const link = (a, b) => linked.set(a, [...(linked.get(a) ?? [a]), b]);
  for (const side of sides)
    for (const [found, [gold]] of side.byFound) {
      link(`g${gold}`, `${side.letter}${found}`);
      link(`${side.letter}${found}`, `g${gold}`);
    }
  return linked;
}

function textsOf(article, sides) {
  if (article.text === undefined) return [el("p", { class: "warning" }, "Its text is not here: cards only.")];
  const points = Array.from(article.text);
  const columns = sides.length > 1 ? sides : [null, sides[0]];
  const heads = columns.map((side) => el("h4", {}, side ? `${side.run.name}, gold underlined` : "gold"));
  const texts = columns.map((side) => el("div", { class: "text" }, textOf(points, marksFor(article, side))));
  return [el("div", { class: "texts", tabindex: 0, role: "region", "aria-label": "The text, twice" }, ...inOrder(heads, texts)), legend()];
}

const legend = () => el("p", { class: "key" }, ...LEGEND.map(([style, words]) => el("mark", { class: style }, words)));

// On a narrow page each head stands over its text; in two columns both heads stay on top.
const inOrder = (heads, texts) => (matchMedia("screen and (max-width: 60rem)").matches ? heads.flatMap((head, i) => [head, texts[i]]) : [...heads, ...texts]);

function marksFor(article, side) {
  const rest = [
    ...(article.boilerplate ?? []).map(([start, end]) => ({ start, end, style: "boiler", title: "boilerplate" })),
    ...(article.notes ?? []).map(([start, end, title]) => ({ start, end, style: "note", title })),
  ];
  const gold = (article.gold ?? []).flatMap((item, i) => marksOf(item, `g${i}`, side ? "gold" : "gold alone", side ? null : `G${i + 1}`));
  const found = side ? side.found.flatMap((item, j) => marksOf(item, side.letter + j, outcomeOf(side, j).style, `${j + 1}`)) : [];
  return [...rest, ...gold, ...found];
}

function failuresOf(sides) {
  return sides.filter((side) => side.row.status !== "ok" && side.row.reason).map((side) =>
    el("p", { class: "warning" }, `${side.run.name} ${side.row.status}: ${side.row.reason}`));
}

// --- cards

function cardRows(article, sides) {
  const gold = article.gold ?? [];
  const columns = sides.length + 1;
  const heads = [el("h4", {}, `gold, ${gold.length}`), ...sides.map((side) => el("h4", {}, `${side.run.name}, ${side.found.length}`))];
  const paired = gold.flatMap((item, i) => [goldCard(item, i), ...sides.map((side) => pairedCard(side, i, gold))]);
  const rest = restRows(sides);
  return [
    el("h3", {}, "Commitments"), grid(columns, ...heads, ...paired, gold.length ? null : el("p", { class: "nothing" }, "The gold has none here."),
      ...(gold.length ? [] : sides.map((side) => el("p", { class: "nothing" }, side.found.length ? "" : "nothing found")))),
    ...(rest.length ? [el("h3", {}, "Found, and assigned to nothing"), grid(columns, ...rest)] : []),
  ];
}

const grid = (columns, ...cells) => el("div", { class: `grid ${columns > 2 ? "three" : "two"}` }, ...cells);

function restRows(sides) {
  const rests = sides.map((side) => side.found.map((_, j) => j).filter((j) => !side.byFound.has(j)));
  const most = Math.max(...rests.map((rest) => rest.length));
  return Array.from({ length: most }, (_, i) => [el("span"), ...sides.map((side, s) =>
    (rests[s][i] === undefined ? el("span") : foundCard(side, rests[s][i], null)))]).flat();
}

function goldCard(item, i) {
  return cardOf("gold", `g${i}`, [el("span", { class: "badge" }, `G${i + 1}`)], item, () => null);
}

function pairedCard(side, i, gold) {
  const pair = side.byGold.get(i);
  if (pair) return foundCard(side, pair[1], gold[i]);
  const mistake = mistakeOf(side, 1, i);
  return el("div", { class: "card absent bad" },
    el("p", { class: "head" }, el("span", { class: "badge" }, kinds[mistake[0]][0]), el("span", { class: "score" }, mistake[3] ? `most alike ${mistake[3].toFixed(2)}` : "")),
    el("p", { class: "why" }, kinds[mistake[0]][1]));
}

function foundCard(side, j, gold) {
  const [outcome, pair, mistake] = [outcomeOf(side, j), side.byFound.get(j), mistakeOf(side, 2, j)];
  const alike = pair ? `alike ${pair[2].toFixed(2)}` : mistake?.[3] ? `most alike ${mistake[3].toFixed(2)}` : "";
  const head = [el("span", {}, `${j + 1}`), el("span", { class: "badge" }, outcome.words), el("span", { class: "score" }, alike)];
  const likeness = (field) => (pair ? pair[4][fields.indexOf(field)] ?? null : null);
  return cardOf(outcome.style, side.letter + j, head, side.found[j], likeness, outcome.why, gold);
}

function cardOf(style, key, head, item, likeness, why = "", gold = null) {
  return el("div", { class: `card ${style}`, tabindex: 0, role: "group", "aria-label": `${item.actors[0]}: ${item.actions[0]}`, "data-items": key, onkeydown: toText },
    el("p", { class: "head" }, ...head), why ? el("p", { class: "why" }, why) : null,
    el("dl", {}, ...linesOf(item, likeness, gold)),
    ...(item.quotes ?? []).map((quote) => el("blockquote", {}, quote)),
    item.lost ? el("p", { class: "why" }, "This is not in the article.") : null);
}

// Names, values and how alike the gold they are; what only the gold has is told as lacking.
function linesOf(item, likeness, gold) {
  const values = { ...item, deadline: deadlineOf(item.deadline) };
  const told = ["actors", "actions", "deadline", "condition", "recipient", "implementer"].flatMap((field) => {
    const [name, value] = [field.replace(/s$/, ""), values[field] ?? (gold?.[field] ? "none given" : null)];
    return value === null ? [] : lineOf(name, value, likeness(name));
  });
  const shared = likeness("evidence") === null ? [] : lineOf("evidence", "characters shared", likeness("evidence"));
  return [...told.slice(0, 6), ...labelLine("polarity", "do", item, gold), ...labelLine("strength", "firm", item, gold), ...told.slice(6), ...shared];
}

// What most commitments are is told only where one of the two is otherwise.
function labelLine(name, usual, item, gold) {
  const [value, wanted] = [item[name] ?? usual, gold ? gold[name] ?? usual : null];
  if (value === usual && (wanted ?? usual) === usual) return [];
  return lineOf(name, value.replace("_", " "), wanted === null ? null : Number(value === wanted));
}

function lineOf(name, value, like) {
  const [first, ...others] = [value].flat();
  const style = like === null || like >= 0.95 ? "" : like >= 0.5 ? "half" : "wrong";
  return [
    el("dt", {}, name), el("dd", { class: name === "actor" || name === "action" ? "said" : "" }, first, others.length ? el("small", {}, `also: ${others.join("; ")}`) : null),
    el("dd", { class: `like ${style}` }, like === null ? "" : like.toFixed(2)),
  ];
}

function deadlineOf(deadline) {
  if (!deadline) return null;
  const [words, earliest, latest] = deadline;
  return earliest || latest ? `${words} (${earliest ?? "…"} to ${latest ?? "…"})` : words;
}

function toText(event) {
  if (event.key !== "Enter" || event.target !== event.currentTarget) return;
  const mark = [...document.querySelectorAll("#article mark")].find((m) => keysOf(m).includes(event.currentTarget.dataset.items));
  mark?.scrollIntoView({ block: "center" });
}

// --- evidence and cards light each other

const keysOf = (element) => (element.dataset.items ?? "").split(" ").filter(Boolean);

function light(event) {
  const under = event.target.closest?.("#article [data-items]");
  const keys = new Set(under ? keysOf(under).flatMap((key) => partners.get(key) ?? [key]) : []);
  for (const element of document.querySelectorAll("#article [data-items]"))
    element.classList.toggle("lit", keysOf(element).some((key) => keys.has(key)));
  if (under?.matches(".card")) bringIntoSight();
}

// Only the box with the texts is scrolled, so that the card stays under the pointer.
function bringIntoSight() {
  const [box, mark] = [document.querySelector("#article .texts"), document.querySelector("#article mark.lit")];
  if (!box || !mark) return;
  const [outer, inner] = [box.getBoundingClientRect(), mark.getBoundingClientRect()];
  if (inner.top < outer.top + 36 || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - outer.height / 3;
}

// --- summaries

function summariesOf(article, sides) {
  const references = article.references ?? [];
  if (!references.length && sides.every((side) => side.row.summary === undefined)) return [];
  const gold = el("div", {}, el("h4", {}, "references"), ...(references.length ? references.map((words) => el("p", { class: "summary" }, words)) : [el("p", { class: "nothing" }, "none")]));
  return [el("h3", {}, "Summaries"), grid(sides.length + 1, gold, ...sides.map(summaryOf))];
}

function summaryOf(side) {
  const { summary, flags = {}, values = [] } = side.row;
  if (summary === undefined) return el("div", {}, el("h4", {}, side.run.name), el("p", { class: "nothing" }, "no summary"));
  const told = data.measures.filter(([key]) => flags[key]);
  const faults = told.filter(([, , isFault]) => isFault).flatMap(([key]) => flags[key]);
  const listed = told.map(([key, title, isFault]) => el("p", { class: isFault ? "flag fault" : "flag" }, `${title}: ${flags[key].join("; ")}`));
  return el("div", {}, el("h4", {}, side.run.name), el("p", { class: "summary" }, flaggedOf(summary, faults)), ...listed, measuresOf(values));
}

// Words that a measure holds against the summary, marked wherever they stand as they are.
function flaggedOf(summary, words) {
  const marks = words.filter(Boolean).flatMap((word) => placesOf(summary, word).map((start) => ({ start, end: start + word.length, style: "flag" })));
  return stretches(summary.length, marks).map(({ start, end, marks: over }) =>
    (over.length ? el("mark", {}, summary.slice(start, end)) : summary.slice(start, end)));
}

function placesOf(text, word) {
  const places = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) places.push(at);
  return places;
}

function measuresOf(values) {
  const rows = values.map((value, i) => [data.measures[i][1], value]).filter(([, value]) => value !== null);
  const told = (value) => (Array.isArray(value) ? `not scored: ${data.reasons[value[0]]}` : String(value));
  return rows.length ? el("details", {}, el("summary", {}, "its measures"), el("table", { class: "measures" },
    el("tbody", {}, ...rows.map(([title, value]) => el("tr", {}, el("th", { scope: "row" }, title), el("td", {}, told(value))))))) : null;
}

// --- the whole

function drawRuns() {
  const chosen = chosenRuns();
  const buttons = runs.map((run, i) => el("button", { type: "button", class: `${run.style} ${run.base ? "base" : ""}`, "aria-pressed": String(chosen.includes(i)), onclick: () => toggleRun(i) },
    i < 9 ? el("kbd", {}, String(i + 1)) : null, el("span", {}, run.name)));
  $("runs").replaceChildren($("runs").querySelector("legend"), ...buttons);
}

// What was drawn last; the list and the filters are drawn anew only when what they show has changed.
let drawn = "";

function draw() {
  $("report").hidden = isReading();
  $("reader").hidden = !isReading();
  markPlace();
  if (!isReading()) return;
  const { article, ...rest } = state;
  const wanted = JSON.stringify(rest);
  if (wanted !== drawn) { drawn = wanted; select(); drawFilters(); drawRuns(); }
  if (!byId.has(state.article) && shown.length) state.article = shown[0].id;
  drawList();
  drawArticle();
  $("stage").scrollTop = 0;
}

function markPlace() {
  for (const anchor of document.querySelectorAll("#top nav a")) {
    const isHere = anchor.id === "to-articles" ? isReading() : location.hash === anchor.hash;
    if (isHere) anchor.setAttribute("aria-current", "page"); else anchor.removeAttribute("aria-current");
  }
}

function addressChanged() {
  const was = $("report").hidden;
  if (isReading()) state = readHash();
  draw();
  if (was && !isReading()) document.getElementById(location.hash.slice(1) || "scores")?.scrollIntoView();
}

// --- tables

function sortTable(button) {
  const [head, table] = [button.closest("th"), button.closest("table")];
  const now = head.getAttribute("aria-sort");
  const order = now === "none" ? button.dataset.first : now === "ascending" ? "descending" : "ascending";
  for (const other of table.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", order);
  const rows = [...table.tBodies[0].rows].sort((a, b) => compareCells(a.cells[head.cellIndex], b.cells[head.cellIndex], order === "ascending" ? 1 : -1));
  table.tBodies[0].append(...rows);
}

// Numbers as numbers, words as words; what is not scored comes last either way.
function compareCells(a, b, sign) {
  const [x, y] = [a?.dataset.sort ?? "", b?.dataset.sort ?? ""];
  if (!x || !y) return Number(!x) - Number(!y);
  const gap = Number(x) - Number(y);
  return sign * (Number.isNaN(gap) ? x.localeCompare(y) : gap);
}

// --- keys

function nextCard(by) {
  const cards = [...document.querySelectorAll("#article .card[data-items]")];
  const place = cards.indexOf(document.activeElement);
  cards[place < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, place + by))]?.focus();
}

function toArticles(focused) {
  if (!isReading()) go({});
  if (focused) $(focused).focus();
}

function toggleTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "light" : "dark";
}

const ACTIONS = {
  j: () => { toArticles(); step(1); }, k: () => { toArticles(); step(-1); }, "/": () => toArticles("q"), f: () => toArticles("kind"),
  n: () => nextCard(1), p: () => nextCard(-1), s: () => { location.hash = "scores"; }, a: () => toArticles("list"),
  t: toggleTheme, "?": () => $("keys").showModal(),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const isField = event.target.matches?.("input, select, textarea");
  // A search field would be emptied by it.
  if (event.key === "Escape") { event.preventDefault(); return document.activeElement?.blur(); }
  if (isField) return undefined;
  if (/^[1-9]$/.test(event.key)) { event.preventDefault(); toArticles(); return toggleRun(Number(event.key) - 1); }
  if (!Object.hasOwn(ACTIONS, event.key)) return undefined;
  event.preventDefault();
  return ACTIONS[event.key]();
}

function listKey(event) {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -articles.length, End: articles.length }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  step(by);
}

// On paper nothing can be unfolded.
function unfold() {
  const closed = [...document.querySelectorAll(".folds details:not([open])")];
  for (const details of closed) details.open = true;
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; }, { once: true });
}

function listen() {
  addEventListener("beforeprint", unfold);
  addEventListener("hashchange", addressChanged);
  addEventListener("keydown", pressed);
  for (const id of ["kind", "part", "has", "versus", "sort"]) $(id).addEventListener("change", filtered);
  $("q").addEventListener("input", filtered);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("list").addEventListener("scroll", () => requestAnimationFrame(drawWindow));
  $("list").addEventListener("keydown", listKey);
  for (const name of ["mouseover", "focusin"]) $("article").addEventListener(name, light);
  for (const button of document.querySelectorAll(".sort")) button.addEventListener("click", () => sortTable(button));
  $("theme").addEventListener("click", toggleTheme);
  $("help").addEventListener("click", () => $("keys").showModal());
  $("close").addEventListener("click", () => $("keys").close());
  $("keylist").replaceChildren(...KEYS.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]));
  addEventListener("resize", () => { if (isReading()) drawWindow(); });
}

listen();
draw();
