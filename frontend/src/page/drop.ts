// [data-drop] around a file field takes files dropped anywhere on the page; [data-upload] forms show how much of a
// large file has been sent. Without this script both are the browser's own field and form.
const LARGE = 4 * 1024 * 1024;

export function startDrop(): void {
  const zone = document.querySelector<HTMLElement>("[data-drop]");
  const field = zone?.querySelector<HTMLInputElement>("input[type=file]");
  if (!zone || !field) return;
  field.addEventListener("change", () => showName(zone, field));
  showName(zone, field);
  let depth = 0;
  const over = (change: number) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("is-over", depth > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && over(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && over(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("is-over");
    field.files = event.dataTransfer!.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    zone.scrollIntoView({ block: "center" });
  });
  field.form?.addEventListener("submit", (event) => send(event, zone, field));
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function showName(zone: HTMLElement, field: HTMLInputElement): void {
  const file = field.files?.[0];
  const most = Number(zone.dataset["maxBytes"] ?? Infinity);
  field.setCustomValidity(file && file.size > most ? (zone.dataset["tooLarge"] ?? "") : "");
  const name = zone.querySelector("[data-drop-name]");
  if (name) name.textContent = file ? `${file.name} · ${size(file.size)}` : "";
  if (field.validationMessage && file) field.reportValidity();
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// A refusal is a page of its own; posting the form once more to see it would send a large file twice.
function show(page: string): void {
  document.open();
  document.write(page);
  document.close();
}

function send(event: SubmitEvent, zone: HTMLElement, field: HTMLInputElement): void {
  const form = event.target as HTMLFormElement;
  const bar = zone.querySelector<HTMLProgressElement>("[data-drop-progress]");
  const file = field.files?.[0];
  if (!file || file.size < LARGE || !bar) return;
  event.preventDefault();
  const button = event.submitter as HTMLButtonElement | null;
  const stop = () => {
    bar.hidden = true;
    if (button) button.disabled = false;
  };
  if (button) button.disabled = true;
  bar.hidden = false;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (step) => {
    bar.max = step.total;
    if (step.loaded < step.total) bar.value = step.loaded;
    else bar.removeAttribute("value");
  });
  request.addEventListener("load", () => {
    if (request.status < 400) window.location.assign(request.responseURL);
    else show(request.responseText);
  });
  request.addEventListener("error", stop);
  request.addEventListener("abort", stop);
  request.send(new FormData(form));
}
