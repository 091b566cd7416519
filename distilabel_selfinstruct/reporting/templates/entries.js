"use strict";
const PER_PAGE = 50;
const entries = JSON.parse(document.getElementById("data").textContent);
const texts = entries.map((entry) => [entry.title, ...entry.texts.map((pair) => pair[1])].join("\n").toLowerCase());
const at = (id) => document.getElementById(id);
let found = [];
let first = 0;

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  made.dir = "auto";
  if (className) made.className = className;
  return made;
}

function fill(id, values) {
  for (const value of [...new Set(values)].sort()) at(id).append(new Option(value, value));
}

function shown(entry) {
  const article = document.createElement("article");
  const type = entry.classification === null ? [] : [entry.classification ? "classification" : "no classification"];
  article.append(element("h2", entry.title));
  article.append(element("div", [entry.kind, entry.stage, ...entry.reasons, ...type].join(" · "), "about"));
  const list = document.createElement("dl");
  for (const [name, text] of entry.texts) list.append(element("dt", name), element("dd", text));
  article.append(list);
  return article;
}

function show() {
  at("entries").replaceChildren(...found.slice(first, first + PER_PAGE).map((index) => shown(entries[index])));
  const last = Math.min(first + PER_PAGE, found.length);
  at("position").textContent = found.length ? `${first + 1} to ${last} of ${found.length}` : "nothing found";
  at("before").disabled = first === 0;
  at("next").disabled = last >= found.length;
  scrollTo(0, 0);
}

function filter() {
  const wanted = at("search").value.toLowerCase();
  const [kind, stage, reason, type] = ["kind", "stage", "reason", "classification"].map((id) => at(id).value);
  found = [];
  entries.forEach((entry, index) => {
    if (
      (!kind || entry.kind === kind) &&
      (!stage || entry.stage === stage) &&
      (!reason || entry.reasons.includes(reason)) &&
      (!type || entry.classification === (type === "yes")) &&
      texts[index].includes(wanted)
    ) found.push(index);
  });
  first = 0;
  show();
}

fill("kind", entries.map((entry) => entry.kind));
fill("stage", entries.map((entry) => entry.stage));
fill("reason", entries.flatMap((entry) => entry.reasons));
for (const id of ["search", "kind", "stage", "reason", "classification"]) {
  at(id).addEventListener("input", filter);
  at(id).addEventListener("change", filter);
}
at("before").addEventListener("click", () => { first -= PER_PAGE; show(); });
at("next").addEventListener("click", () => { first += PER_PAGE; show(); });
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
