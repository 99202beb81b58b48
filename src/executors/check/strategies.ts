/** Ways of exploring: every state, random priorities, or chance alone. */
export const STRATEGY_NAMES = ["dfs", "pct", "random"] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];
