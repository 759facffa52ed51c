/** Whom a quota is for. A field that is null: all of the kind that have no quota of their own; undefined: it does not matter. */
export interface QuotaEntity {
  readonly user?: string | null;
  readonly clientId?: string | null;
  readonly ip?: string | null;
}

const DEFAULT = '<default>';

/** The entity's place below `/config`: `users/<user>`, `users/<user>/clients/<client>`, `clients/<client>` or `ips/<address>`. */
export function quotaPath({ user, clientId, ip }: QuotaEntity): string {
  if (ip !== undefined) return `ips/${sanitized(ip)}`;
  if (user === undefined) return `clients/${sanitized(clientId ?? null)}`;
  return clientId === undefined
    ? `users/${sanitized(user)}`
    : `users/${sanitized(user)}/clients/${sanitized(clientId)}`;
}

/** Undefined: not the path of a quota's entity. */
export function quotaEntity(path: string): QuotaEntity | undefined {
  const parts = path.split('/');
  const [type, name, inner, client] = parts;
  if (name === undefined || parts.some((part) => part === '')) return undefined;
  if (parts.length === 4 && type === 'users' && inner === 'clients' && client !== undefined) {
    return { user: original(name), clientId: original(client) };
  }
  if (parts.length !== 2) return undefined;
  if (type === 'users') return { user: original(name) };
  if (type === 'clients') return { clientId: original(name) };
  return type === 'ips' ? { ip: original(name) } : undefined;
}

/** As Java's Sanitizer writes it: only letters, digits and `-_.` stay. */
function sanitized(name: string | null): string {
  if (name === null) return DEFAULT;
  return encodeURIComponent(name).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function original(part: string): string | null {
  if (part === DEFAULT) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
