import { PostHog } from "posthog-node";

const [host, who] = process.argv.slice(2);
const sdk = new PostHog("phc_key", { host });
sdk.capture({ distinctId: who, event: "Order Paid", properties: { amount: 1 } });
sdk.identify({ distinctId: who, properties: { plan: "pro" } });
sdk.alias({ distinctId: who, alias: `${who}-before` });
sdk.groupIdentify({ groupType: "org", groupKey: who, properties: { size: 5 } });
await sdk.shutdown();
process.exit(0);
