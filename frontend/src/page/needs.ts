// select[data-needs] hides the fields of its form that the chosen value does not read, unless one is in error;
// input[data-units] says in which unit it is typed, by the chosen metric.
interface Needs {
  fields: string[];
  of: Record<string, string[]>;
}

interface Units {
  hint: string;
  fixed: Record<string, string>;
  of: Record<string, string>;
}

export function startNeeds(root: ParentNode): void {
  for (const chosen of root.querySelectorAll<HTMLSelectElement>("select[data-needs]")) {
    const form = chosen.form;
    if (form === null) continue;
    const needs = JSON.parse(chosen.dataset.needs ?? "") as Needs;
    const show = () => {
      for (const name of needs.fields) showField(form, name, needs.of[chosen.value]);
      sayUnit(form, chosen.value);
    };
    form.addEventListener("change", show);
    show();
  }
}

function showField(form: HTMLFormElement, name: string, read: string[] | undefined): void {
  const part = form.querySelector(`[name="${name}"]`)?.parentElement;
  if (part) part.hidden = read !== undefined && !read.includes(name) && part.querySelector(".is-invalid") === null;
}

function sayUnit(form: HTMLFormElement, kind: string): void {
  const input = form.querySelector<HTMLInputElement>("input[data-units]");
  const hint = input?.parentElement?.querySelector(".form-hint");
  if (!input || !hint) return;
  const units = JSON.parse(input.dataset.units ?? "") as Units;
  const metric = form.querySelector<HTMLSelectElement>('[name="metric"]')?.value ?? "";
  const unit = units.fixed[kind] ?? units.of[metric];
  if (unit) hint.textContent = units.hint + unit;
}
