import { Analytics } from "@segment/analytics-node";

const [host, who] = process.argv.slice(2);
const sdk = new Analytics({ writeKey: "key", host });
sdk.track({ userId: who, event: "Order Paid", properties: { amount: 1 } });
sdk.identify({ userId: who, traits: { plan: "pro" } });
sdk.page({ anonymousId: `${who}-before`, name: "Home" });
sdk.group({ userId: who, groupId: `${who}-group`, traits: { size: 5 } });
sdk.alias({ userId: who, previousId: `${who}-before` });
await sdk.closeAndFlush();
process.exit(0);
