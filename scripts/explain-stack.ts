import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";

/** Turns the places of a bundle in a stack trace into those of the sources: `node scripts/explain-stack.ts submit < stack.txt`. */
const [name = "submit"] = process.argv.slice(2);
const maps = join(import.meta.dirname, "../dist/maps", name);
const PLACE = /(?:file:\/\/)?[^\s()]*\/([\w.-]+\.js):(\d+):(\d+)/g;

const loaded = new Map<string, SourceMap | undefined>();

function mapOf(file: string): SourceMap | undefined {
  const path = join(maps, `${basename(file)}.map`);
  if (!loaded.has(file))
    loaded.set(
      file,
      existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, "utf8"))) : undefined,
    );
  return loaded.get(file);
}

const stack = await text(process.stdin);
process.stdout.write(
  stack.replace(PLACE, (place, file, line, column) => {
    const origin = mapOf(file)?.findOrigin(Number(line), Number(column));
    if (!origin || !("fileName" in origin)) return place;
    const source = origin.fileName.replace(/^(?:\.\.\/)+/, "");
    return `${source}:${origin.lineNumber}:${origin.columnNumber}`;
  }),
);
