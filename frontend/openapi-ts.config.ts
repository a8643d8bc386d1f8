import { defineConfig } from "@hey-api/openapi-ts";

// openapi.json is written by scripts/write_openapi.py from the app itself: what is generated is never older than the API.
export default defineConfig({
  input: "./openapi.json",
  output: { path: "src/api/generated" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { level: "warn", file: false },
});
