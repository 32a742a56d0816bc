// The generated TypeScript types against a running server: node exercise.js URL EMAIL PASSWORD
import createClient from "openapi-fetch";
import type { components, paths } from "./crm.js";

declare const process: { argv: string[]; exitCode: number };

type Customer = components["schemas"]["CustomerRead"];

const [url, email, password] = process.argv.slice(2) as [string, string, string];

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`not as promised: ${what}`);
}

async function main(): Promise<void> {
  const crm = createClient<paths>({ baseUrl: url });
  const signedIn = await crm.POST("/api/v1/auth/login", { body: { email, password } });
  if (!signedIn.data) throw new Error(`cannot sign in: ${signedIn.error.detail}`);
  crm.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${signedIn.data.access_token}`);
      return request;
    },
  });

  const made = await crm.POST("/api/v1/customers", { body: { name: "Typed 客户", industry: "software" } });
  if (!made.data) throw new Error(made.error.detail);
  const customer: Customer = made.data;
  expect("the name comes back", customer.name === "Typed 客户");

  const listed = await crm.GET("/api/v1/customers", { params: { query: { limit: 10, sort: "-created_at" } } });
  expect("it is listed", listed.data?.data.some((row) => row.id === customer.id) ?? false);

  const changed = await crm.PATCH("/api/v1/customers/{customer_id}", {
    params: { path: { customer_id: customer.id }, header: { "If-Match": `"v${customer.version}"` } },
    body: { name: "Renamed 客户" },
  });
  expect("it is changed", changed.data?.version === customer.version + 1);

  const wrong = await crm.POST("/api/v1/customers", { body: { name: "" } });
  expect("422 is a problem", wrong.response.status === 422 && wrong.error?.errors[0]?.pointer === "/name");
  const missing = await crm.GET("/api/v1/customers/{customer_id}", {
    params: { path: { customer_id: "01930b2e-6f00-7000-8000-000000000001" } },
  });
  expect("404 is a problem", missing.error?.code === "not_found");
  console.log("TypeScript client: signed in, created, listed, changed; 404 and 422 are problems");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
