/** What every chart of the page is. */

/** A part of a run's time, µs since it began. */
export interface TimeRange {
  readonly beginUs: number;
  readonly endUs: number;
}

/** Something that happened at a moment. */
export interface Mark {
  readonly atUs: number;
  readonly label: string;
  readonly kind: "change" | "violation";
}

/** A chart in numbers. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Chart {
  readonly element: HTMLElement;
  table(): ChartTable;
  toPng(): Promise<Blob>;
}

/** Tells a reader of the screen, politely. */
export type Announce = (text: string) => void;

/** A canvas as a picture, on the page's background, under a title. */
export async function pngOf(canvas: HTMLCanvasElement, title: string): Promise<Blob> {
  const theme = getComputedStyle(document.documentElement);
  const scale = devicePixelRatio;
  const head = 32 * scale;
  const picture = document.createElement("canvas");
  picture.width = canvas.width;
  picture.height = canvas.height + head;
  const draw = picture.getContext("2d") as CanvasRenderingContext2D;
  draw.fillStyle = theme.getPropertyValue("--panel");
  draw.fillRect(0, 0, picture.width, picture.height);
  draw.fillStyle = theme.getPropertyValue("--ink");
  draw.font = `600 ${14 * scale}px system-ui, sans-serif`;
  draw.fillText(title, 8 * scale, 21 * scale);
  draw.drawImage(canvas, 0, head);
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

/** A colour of the theme. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
