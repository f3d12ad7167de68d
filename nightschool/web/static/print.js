// A button that prints the page. Without scripts its hint says where the browser has one.
"use strict";

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
