// Enrolling, nicer: it finds while one types. Without it the button beside the field does the same.
"use strict";

(() => {
  const form = document.getElementById("enrolling");
  const find = form.elements.q;
  const people = [...form.querySelectorAll(".people > li")];
  // A large village lists nobody before somebody was looked for; then the button has to ask.
  if (!people.length || find.value) return;

  function filter() {
    const fits = finder(find.value);
    for (const row of people) {
      row.hidden = !fits(row.dataset.name, row.dataset.keys) && !row.querySelector("[name=m]").checked;
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
