import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["src/api/generated"] },
  ...tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  a11y.flatConfigs.strict,
  { rules: { "no-console": "error" } },
);
