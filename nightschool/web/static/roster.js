// Enrolling, nicer: it finds while one types. Without it the button beside the field does the same.
"use strict";

(() => {
  const form = document.getElementById("enrolling");
  const find = form.elements.q;
  const people = [...form.querySelectorAll(".people > li")];
  // A large village lists nobody before somebody was looked for; then the button has to ask.
  if (!people.length || find.value) return;

  function filter() {
    const wanted = find.value.normalize("NFKC").trim().toLowerCase().replace(/['\s]/g, "");
    for (const row of people) {
      const fits =
        row.dataset.name.normalize("NFKC").toLowerCase().includes(wanted) ||
        row.dataset.keys.split(" ").some((key) => key.startsWith(wanted));
      row.hidden = !fits && !row.querySelector("[name=m]").checked;
    }
    for (const group of form.querySelectorAll("fieldset.group")) {
      const rows = [...group.querySelectorAll(".people > li")];
      group.hidden = rows.length > 0 && rows.every((row) => row.hidden);
    }
  }

  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  document.getElementById("find").hidden = true;
  filter();
})();
