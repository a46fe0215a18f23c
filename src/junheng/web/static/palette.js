"use strict";
// Ctrl+K or "/" opens the search; arrows choose, Enter goes. Without this script the form in the
// head of the page does the same.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input"), list = dialog.querySelector("[role=listbox]");
  let timer = 0, asked = 0;

  const options = () => [...list.querySelectorAll("a")];
  const chosen = () => list.querySelector("a[aria-selected=true]");

  function choose(next) {
    chosen()?.setAttribute("aria-selected", "false");
    input.removeAttribute("aria-activedescendant");
    if (!next) return;
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", next.id);
  }

  async function ask() {
    const mine = ++asked, words = input.value.trim();
    if (!words) { list.replaceChildren(); return; }
    const answer = await fetch(`${dialog.dataset.url}?part&q=${encodeURIComponent(words)}`);
    if (mine !== asked || !answer.ok) return;
    list.innerHTML = await answer.text();
    options().forEach((one, at) => { one.id = `palette-${at}`; one.setAttribute("role", "option"); });
    choose(options()[0]);
  }

  function open() { dialog.showModal(); input.select(); }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], .tabulator");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !typing && !dialog.open) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("keydown", (event) => {
    const every = options(), at = every.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(every[(at + step + every.length) % every.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen()) location.href = chosen().href;
      else if (input.value.trim()) location.href = `${dialog.dataset.url}?q=${encodeURIComponent(input.value)}`;
    }
  });
})();
