// What the pages need beside scripts: the icons they use, the logo, fonts for PDF documents, compressed copies.
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin, ResolvedConfig } from "vite";

const SOURCES = "../src/quyu";

function afterWriting(name: string, write: (outDir: string) => void): Plugin {
  let config: ResolvedConfig;
  return {
    name,
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      write(config.build.outDir);
    },
  };
}

/** Names on lines with icon(...) and icon="..." in templates, Python and TypeScript; every word of the macro file. */
function usedIcons(): Set<string> {
  const names = new Set<string>();
  const collect = (text: string) => {
    for (const [, name] of text.matchAll(/["']([a-z0-9]+(?:-[a-z0-9]+)*)["']/g)) names.add(name!);
  };
  for (const file of globSync([`${SOURCES}/**/*.jinja`, `${SOURCES}/**/*.py`, "src/**/*.ts"])) {
    const text = readFileSync(file, "utf8");
    if (file.endsWith("ui.html.jinja")) collect(text);
    for (const [call] of text.matchAll(/\bicon(?:_name)?\s*(?:=\s*["'][a-z0-9-]+["']|\(.*)/g)) collect(call);
  }
  return names;
}

/** An SVG sprite with the icons in use only; the whole set is 2 MB. */
export function icons(): Plugin {
  return afterWriting("quyu-icons", (outDir) => {
    const sprite = readFileSync("node_modules/@tabler/icons-sprite/dist/tabler-sprite.svg", "utf8");
    const wanted = usedIcons();
    const symbols = [...sprite.matchAll(/<symbol id="tabler-([^"]+)".*?<\/symbol>/gs)]
      .filter(([, name]) => wanted.has(name!))
      .map(([symbol]) => symbol.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, ""));
    writeFileSync(
      join(outDir, "icons.svg"),
      `<svg xmlns="http://www.w3.org/2000/svg"><defs>${symbols.join("\n")}</defs></svg>\n`,
    );
  });
}

export function logo(): Plugin {
  return afterWriting("quyu-logo", (outDir) => copyFileSync("src/logo.svg", join(outDir, "logo.svg")));
}

/** Noto Sans SC for PDF documents; web pages use the fonts of the system. */
export function fonts(): Plugin {
  const from = "node_modules/@expo-google-fonts/noto-sans-sc";
  return afterWriting("quyu-fonts", (outDir) => {
    mkdirSync(join(outDir, "fonts"), { recursive: true });
    copyFileSync(`${from}/400Regular/NotoSansSC_400Regular.ttf`, join(outDir, "fonts/NotoSansSC-Regular.ttf"));
    copyFileSync(`${from}/700Bold/NotoSansSC_700Bold.ttf`, join(outDir, "fonts/NotoSansSC-Bold.ttf"));
    copyFileSync(`${from}/LICENSE_FONT`, join(outDir, "fonts/LICENSE"));
  });
}

/** Brotli beside each script, style and sprite; WhiteNoise serves it to browsers that accept it. */
export function compressed(): Plugin {
  return afterWriting("quyu-compressed", (outDir) => {
    for (const file of globSync(`${outDir}/{assets/*.{js,css},*.svg}`)) {
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), options));
    }
  });
}
