// One dimension of the grid as a tree of which some nodes are open; branches are fetched when first opened.
import type { AxisJson, NodeJson } from "./config";

export interface AxisNode extends NodeJson {
  depth: number;
  isOpen: boolean;
  children: AxisNode[] | null;
}

export type Fetch = (dimension: string, code: string) => Promise<NodeJson[] | null>;

export class Axis {
  readonly name: string;
  readonly label: string;
  readonly byCode = new Map<string, AxisNode>();
  readonly byNumber = new Map<number, AxisNode>();
  private readonly roots: AxisNode[] = [];
  private shown: AxisNode[] | null = null;

  constructor(
    given: AxisJson,
    private readonly fetch: Fetch,
  ) {
    this.name = given.name;
    this.label = given.label;
    this.add(given.nodes);
    for (const node of this.byCode.values()) node.isOpen = node.children !== null && node.children.length > 0;
  }

  private add(nodes: NodeJson[]): void {
    for (const one of nodes) {
      if (this.byCode.has(one.code)) continue;
      const above = one.above === null ? undefined : this.byCode.get(one.above);
      const node: AxisNode = { ...one, depth: above ? above.depth + 1 : 0, isOpen: false, children: null };
      this.byCode.set(node.code, node);
      this.byNumber.set(node.n, node);
      if (above) (above.children ??= []).push(node);
      else this.roots.push(node);
    }
    this.shown = null;
  }

  /** The nodes on show, in order: those whose ancestors are all open. */
  get visible(): AxisNode[] {
    if (this.shown) return this.shown;
    const shown: AxisNode[] = [];
    const waiting = [...this.roots].reverse();
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      shown.push(node);
      if (node.isOpen && node.children) for (let at = node.children.length - 1; at >= 0; at--) waiting.push(node.children[at]!);
    }
    this.shown = shown;
    return shown;
  }

  /** Opens or closes a node; whether anything changed. */
  async toggle(node: AxisNode, open = !node.isOpen): Promise<boolean> {
    if (node.below === 0 || node.isOpen === open) return false;
    if (open && node.children === null) {
      const nodes = await this.fetch(this.name, node.code);
      if (!nodes) return false;
      this.add(nodes);
    }
    node.isOpen = open;
    this.shown = null;
    return true;
  }
}
