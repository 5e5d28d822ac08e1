import Mixpanel from "mixpanel";

const [base, who] = process.argv.slice(2);
const { host, protocol } = new URL(base);
const sdk = Mixpanel.init("token", { host, protocol: protocol.slice(0, -1) });
const done = (call) =>
  new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
await done((said) => sdk.track("Order Paid", { distinct_id: who, amount: 1 }, said));
await done((said) => sdk.people.set(who, { plan: "pro" }, said));
await done((said) => sdk.groups.set("org", who, { size: 5 }, said));
await done((said) => sdk.alias(who, `${who}-before`, said));
const seen = [1, 2, 3].map((number) => ({ event: "Seen", properties: { distinct_id: who, number } }));
await done((said) => sdk.track_batch(seen, said));
process.exit(0);
