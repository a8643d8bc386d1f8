/** Words that a voice says in a second at speed 1: neural voices read 150 to 170 a minute. */
const WORDS_A_SECOND = 2.6;

/** How many words a script has: what stands between spaces and holds a letter or a digit. */
export function wordsOf(script: string): number {
  return script.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** About how many seconds a voice needs for so many words. */
export function secondsOf(words: number, speed = 1): number {
  return words / WORDS_A_SECOND / speed;
}

/** The scripts of a text: a line of three or more dashes begins the next one. */
export function scriptsOf(text: string): string[] {
  return text
    .split(/^\s*-{3,}\s*$/mu)
    .map((script) => script.trim())
    .filter((script) => script !== "");
}
