// A photograph of a sheet is made small before it is sent, and upright; what the phone wrote into it stays here.
const LONGEST_SIDE = 1600;
const QUALITY = 0.6;

async function small(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([blob], "sheet.jpg", { type: "image/jpeg" });
}

const field = document.querySelector("input[type=file][name=photo]");
const button = field?.form.querySelector(".actions button");
field?.addEventListener("change", async () => {
  if (!field.files.length) return;
  button.disabled = true;
  try {
    const chosen = new DataTransfer();
    chosen.items.add(await small(field.files[0]));
    field.files = chosen.files;
  } catch {
    // What this browser cannot read goes as it is; the server says if it cannot be kept.
  }
  button.disabled = false;
});
