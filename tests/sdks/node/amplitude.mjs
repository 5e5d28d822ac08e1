import * as amplitude from "@amplitude/analytics-node";

const [base, who] = process.argv.slice(2);
const sdk = amplitude.createInstance();
await sdk.init("key", { serverUrl: `${base}/2/httpapi`, flushIntervalMillis: 50 }).promise;
const person = new amplitude.Identify().set("plan", "pro");
const group = new amplitude.Identify().set("size", 5);
const sent = [
  sdk.track("Order Paid", { amount: 1 }, { user_id: who }),
  sdk.identify(person, { user_id: who }),
  sdk.groupIdentify("org", who, group, {}),
];
await sdk.flush().promise;
for (const { code } of await Promise.all(sent.map(({ promise }) => promise)))
  if (code !== 200) process.exit(1);
process.exit(0);
