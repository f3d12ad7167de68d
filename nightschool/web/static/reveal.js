// A button beside each password that shows and hides what is typed. Without scripts the field simply stays hidden.
for (const field of document.querySelectorAll("input[data-reveal]")) {
  const { show, hide } = field.form.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet small";
  button.textContent = show;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? hide : show;
  });
  field.after(button);
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
