// [data-fullscreen] fills the screen with the page, where the browser can; it stays hidden where it cannot.
export function startFullscreen(root: ParentNode): void {
  if (!document.fullscreenEnabled) return;
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-fullscreen]")) {
    button.hidden = false;
    button.addEventListener("click", () => void document.documentElement.requestFullscreen());
    document.addEventListener("fullscreenchange", () => (button.hidden = document.fullscreenElement !== null));
  }
}
