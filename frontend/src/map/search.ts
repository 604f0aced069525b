// Looking up a unit by its name or code: Enter takes the first that fits, arrows and clicks any other.
import type { Unit } from "./contents";

const SHOWN = 8;

export function startSearch(field: HTMLInputElement, units: Iterable<Unit>, found: (unit: Unit, adds: boolean) => void): void {
  const list = document.getElementById("map-found") as HTMLElement;
  const all = [...units];
  const fitting = (): Unit[] => {
    const words = field.value.trim().toLowerCase();
    if (!words) return [];
    const hits = all.filter((unit) => unit.name.toLowerCase().includes(words) || unit.code.toLowerCase().startsWith(words));
    return hits.sort((one, other) => one.name.length - other.name.length).slice(0, SHOWN);
  };
  const take = (unit: Unit | undefined, adds: boolean): void => {
    if (!unit) return;
    list.replaceChildren();
    found(unit, adds);
  };
  field.addEventListener("input", () => {
    list.replaceChildren(
      ...fitting().map((unit) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "list-group-item list-group-item-action";
        button.textContent = `${unit.name} ${unit.code}`;
        button.addEventListener("click", (event) => take(unit, event.shiftKey));
        return button;
      }),
    );
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.replaceChildren();
    if (event.key !== "Enter") return;
    event.preventDefault();
    take(fitting()[0], event.shiftKey);
  });
}
