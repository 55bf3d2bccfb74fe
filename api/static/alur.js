// Small comforts; every page works without them.

// A text that another form would leave behind is pointed out once, before it is lost.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const left = [...document.querySelectorAll("[data-unsent]")].find((field) => field.form !== form && field.value.trim() && !field.dataset.warned);
  if (form.method !== "post" || !left) return;
  event.preventDefault();
  left.dataset.warned = "yes";
  left.setCustomValidity(left.dataset.unsent);
  left.reportValidity();
  // Taken back only with the next click: a browser hides what it says as soon as it holds no more.
  document.addEventListener("click", () => left.setCustomValidity(""), { once: true, capture: true });
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// A file that is too large is refused before it is sent.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.dataset.most) return;
  const tooLarge = [...field.files].some((file) => file.size > Number(field.dataset.most));
  field.setCustomValidity(tooLarge ? field.dataset.tooLarge : "");
  field.reportValidity();
});

// A choice that stands for itself, such as a filter, takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-sends]")) event.target.form.requestSubmit();
});
