// Which project a resource belongs to: the labels that Compose and Swarm set.

const keys = ["com.docker.compose.project", "com.docker.stack.namespace", "com.docker.swarm.service.name"];

export function project_of(row) {
  for (const key of keys) {
    const value = row.labels?.[key];
    if (value) return String(value);
  }
  return "";
}
