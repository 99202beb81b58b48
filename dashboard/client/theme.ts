/** Light or dark: as the reader's system has it, until they choose. */

const system = matchMedia("(prefers-color-scheme: dark)");
let isChosen = false;

export function isDark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

export function followSystem(): void {
  const follow = (): void => {
    if (!isChosen) set(system.matches);
  };
  system.addEventListener("change", follow);
  follow();
}

export function toggleTheme(): void {
  isChosen = true;
  set(!isDark());
}

/** Calls `changed` when the colours have. */
export function onTheme(changed: () => void): void {
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
}

function set(dark: boolean): void {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
