// Names as rules/names.py compares them: full-width as plain, small, without blanks, dots and apostrophes.
"use strict";

const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const BETWEEN = /[\s·•‧∙⋅・･●'’‘ʼ`´′ʹʻ]+/g;

function compared(text) {
  const plain = text.replace(UNSEEN, "").replace(BETWEEN, "").normalize("NFKC").replace(BETWEEN, "").toLowerCase();
  return plain.replace(/ü/g, "v").replace(/\.(?![0-9])/g, "").replace(/(^|[^0-9])\./g, "$1");
}

// What says of a name and its keys whether it is found by what was typed.
function finder(query) {
  const wanted = compared(query);
  if (!wanted) return () => !query.trim();
  return (name, keys = "") => compared(name).includes(wanted) || ` ${keys}`.includes(` ${wanted}`);
}
