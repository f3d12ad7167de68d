// Sheets from screen to camera: their file's text as a series of QR codes, read in any order and as often as one likes.
// Each code is plain text, `NIGHTSCHOOL.<sum>.<which>.<of how many>.<part>`, so that any other reader's text can be pasted.
"use strict";

const CODE_HOLDS = 270; // characters: a code that a cheap camera reads off a small screen
const CODE = /NIGHTSCHOOL\.([0-9a-f]{8})\.(\d{1,3})\.(\d{1,3})\.([\w-]+)/g;

const codesWork = () => "CompressionStream" in window && "QR" in window;
const throughStream = (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();

async function codeSum(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The texts of the codes; none where it would take more than a thousand.
async function codesOf(text) {
  const bytes = new Uint8Array(await throughStream(new TextEncoder().encode(text), new CompressionStream("deflate")));
  const plain = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const parts = plain.match(new RegExp(`.{1,${CODE_HOLDS}}`, "g"));
  const sum = await codeSum(bytes);
  return parts.length > 999 ? [] : parts.map((part, at) => `NIGHTSCHOOL.${sum}.${at + 1}.${parts.length}.${part}`);
}

function drawCode(canvas, text) {
  const dots = QR.encodeQR(text, "raw", { ecc: "low", border: 4 });
  const side = Math.max(3, Math.floor(720 / dots.length));
  canvas.width = canvas.height = side * dots.length;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  dots.forEach((line, y) => line.forEach((isDark, x) => isDark && pen.fillRect(x * side, y * side, side, side)));
}

// What takes in codes, and says how many of a series it has: `whole` is the text once all are there and it is what was sent.
function codeCollector() {
  const series = new Map(); // by sum
  return async (text) => {
    let said = { have: 0, of: 0, whole: null };
    for (const [, sum, which, of, part] of text.matchAll(CODE)) {
      const parts = series.get(sum) ?? Array(Number(of)).fill(null);
      series.set(sum, parts);
      if (Number(of) === parts.length && which >= 1 && which <= parts.length) parts[which - 1] = part;
      said = { sum, have: parts.filter(Boolean).length, of: parts.length, whole: null };
    }
    if (!said.of || said.have < said.of) return said;
    const joined = series.get(said.sum).join("");
    series.delete(said.sum); // done, or misread: from the beginning
    try {
      const plain = atob(joined.replace(/-/g, "+").replace(/_/g, "/"));
      const bytes = Uint8Array.from(plain, (one) => one.charCodeAt(0));
      if ((await codeSum(bytes)) !== said.sum) throw new Error("of two series");
      return { ...said, whole: new TextDecoder().decode(await throughStream(bytes, new DecompressionStream("deflate"))) };
    } catch {
      return { ...said, have: 0 };
    }
  };
}

// Hands over what the camera reads until it answers true or the returned function is called.
async function scanCodes(video, onText) {
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let isOver = false;
  const stop = () => {
    isOver = true;
    for (const track of camera.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = camera;
  await video.play();
  const look = async () => {
    if (isOver) return;
    const smaller = Math.min(1, 800 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * smaller);
    canvas.height = Math.round(video.videoHeight * smaller);
    if (canvas.width && canvas.height) {
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      let text = "";
      try {
        text = QR.decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
      } catch {
        // No code in this picture.
      }
      if (text && (await onText(text))) return stop();
    }
    setTimeout(look, 120);
  };
  look();
  return stop;
}
