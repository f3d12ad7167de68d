// The page read aloud by the browser's own voice: a button that is only there where there is a voice of its language.
"use strict";

const button = document.querySelector("button[data-aloud]");
const speech = window.speechSynthesis;
const wanted = document.documentElement.lang.slice(0, 2);

const voice = () => speech.getVoices().find((one) => one.lang.slice(0, 2).toLowerCase() === wanted);

// A sentence each, because some browsers fall silent within a long text; hours are said and not spelled.
function sentences() {
  return [...document.querySelectorAll("main h1, main [data-said] :is(p, h2), main p[data-said]")]
    .map((one) => one.innerText.replace(/(:\d\d)\s*–\s*(\d)/g, button.dataset.until).trim())
    .filter(Boolean);
}

function rest() {
  button.textContent = button.dataset.start;
  button.setAttribute("aria-pressed", "false");
}

function read() {
  if (speech.speaking) {
    speech.cancel();
    return rest();
  }
  const parts = sentences().map((text) => Object.assign(new SpeechSynthesisUtterance(text), { voice: voice(), lang: voice().lang, rate: 0.9 }));
  parts.at(-1).onend = rest;
  for (const part of parts) {
    part.onerror = rest;
    speech.speak(part);
  }
  button.textContent = button.dataset.stop;
  button.setAttribute("aria-pressed", "true");
}

function offer() {
  if (voice()) button.hidden = false;
}

if (button && speech) {
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  button.addEventListener("click", read);
  addEventListener("pagehide", () => speech.cancel());
}
