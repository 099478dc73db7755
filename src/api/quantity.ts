/** Amounts of resources, as text. */

/** An amount as written, such as `500m`, `2` or `1Gi`. */
export type Quantity = string;

/** Amounts by resource name, as written. */
export type ResourceList = Readonly<Record<string, Quantity>>;
