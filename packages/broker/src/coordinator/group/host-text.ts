/** A member's host as Java prints an address without a name: `/127.0.0.1`. Tools show it. */
export function hostText(address: string): string {
  return `/${address}`;
}
