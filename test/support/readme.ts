import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

const README = resolve(import.meta.dirname, "../../README.md");

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The comment right above it, for whoever runs it; empty where there is none. */
  readonly remark: string;
}

const FENCE = /(?:<!-- ([^\n]*) -->\n)?```(\w*)\n([\s\S]*?)```/g;

export const readReadme = () => readFile(README, "utf8");

export async function readmeBlocks(): Promise<CodeBlock[]> {
  return [...(await readReadme()).matchAll(FENCE)].map(
    ([, remark = "", language = "", text = ""]) => ({ remark, language, text }),
  );
}

/** The commands of a block, those over several lines in one. */
export function commandsIn({ text }: CodeBlock): string[] {
  return text
    .replace(/\\\n\s*/g, "")
    .trim()
    .split("\n");
}
