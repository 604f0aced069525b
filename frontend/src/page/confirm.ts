// [data-confirm="question"] on a submit button asks first, in the page's own dialog. The server sends such a
// button disabled, so that nobody can press it past the question while this script is still on its way.
export function wakeConfirm(part: ParentNode): void {
  for (const button of part.querySelectorAll<HTMLButtonElement>("button[data-confirm][disabled]")) button.disabled = false;
}

export function startConfirm(): void {
  document.addEventListener(
    "click",
    (event) => {
      const source = (event.target as Element | null)?.closest<HTMLElement>("[data-confirm]");
      if (!source || source.dataset["confirmed"]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void ask(source.dataset["confirm"] ?? "").then((isYes) => {
        if (!isYes) return;
        source.dataset["confirmed"] = "1";
        source.click();
        delete source.dataset["confirmed"];
      });
    },
    { capture: true },
  );
}

export function ask(question: string): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("#confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("#confirm-text")!.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
