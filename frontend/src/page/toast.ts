// A short message at the corner of the page, read aloud by screen readers.
export function toast(text: string): void {
  const box = document.createElement("div");
  box.className = "toast show toast-quyu";
  box.textContent = text;
  document.getElementById("toasts")?.append(box);
  window.setTimeout(() => box.remove(), 6000);
}
