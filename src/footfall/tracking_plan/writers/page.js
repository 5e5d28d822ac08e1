"use strict";
const field = document.getElementById("find");
const count = document.getElementById("count");
const entries = [...document.querySelectorAll("[data-find]")];
const total = document.querySelectorAll("article").length;

function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.hidden = !words.every((word) => entry.dataset.find.includes(word));
  }
  for (const section of document.querySelectorAll("section")) {
    const within = [...section.querySelectorAll("[data-find]")];
    section.hidden = words.length > 0 && within.every((entry) => entry.hidden);
  }
  for (const diagram of document.querySelectorAll("details")) {
    diagram.hidden = words.length > 0;
  }
  const found = document.querySelectorAll("article:not([hidden])").length;
  count.textContent = words.length ? `${found} of ${total} events` : "";
}

field.addEventListener("input", show);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  }
  if (event.key === "Escape") {
    field.value = "";
    show();
  }
});
window.addEventListener("hashchange", () => {
  field.value = "";
  show();
});
field.parentElement.hidden = false;
show();
