import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [dataPlaneUrl, who] = process.argv.slice(2);
const sdk = new (RudderAnalytics.default ?? RudderAnalytics)("key", { dataPlaneUrl });
sdk.track({ userId: who, event: "Order Paid", properties: { amount: 1 } });
sdk.identify({ userId: who, traits: { plan: "pro" } });
sdk.group({ userId: who, groupId: `${who}-group`, traits: { size: 5 } });
sdk.alias({ userId: who, previousId: `${who}-before` });
await new Promise((resolve) => sdk.flush(resolve));
process.exit(0);
