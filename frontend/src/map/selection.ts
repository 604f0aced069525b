// The units chosen on the map; whoever shows them is told when they change.
export class Selection {
  private chosen = new Set<string>();

  constructor(private readonly changed: () => void) {}

  get codes(): string[] {
    return [...this.chosen];
  }

  get size(): number {
    return this.chosen.size;
  }

  replace(codes: Iterable<string>): void {
    this.chosen = new Set(codes);
    this.changed();
  }

  add(codes: Iterable<string>): void {
    const before = this.chosen.size;
    for (const code of codes) this.chosen.add(code);
    if (this.chosen.size !== before) this.changed();
  }

  toggle(code: string): void {
    if (!this.chosen.delete(code)) this.chosen.add(code);
    this.changed();
  }
}
