// Find a teacher among many: typing hides the others. Without this script the whole list stands there.
"use strict";

for (const box of document.querySelectorAll("[data-pick]")) {
  const search = document.createElement("input");
  search.type = "search";
  search.autocomplete = "off";
  search.placeholder = box.dataset.pick;
  search.setAttribute("aria-label", box.dataset.pick);
  search.addEventListener("input", () => {
    const fits = finder(search.value);
    for (const chip of box.querySelectorAll(".chip, .chooses")) {
      const chosen = chip.querySelector("input")?.checked;
      chip.hidden = !chosen && !fits(chip.textContent);
    }
  });
  // Enter in the search must not send the form.
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  box.prepend(search);
}
