const { host } = new URL(base);
const sdk = AnalyticsNext.AnalyticsBrowser.load(
  { writeKey: "key", cdnSettings: { integrations: { "Segment.io": { apiKey: "key" } } } },
  { integrations: { "Segment.io": { apiHost: `${host}/v1`, protocol: "http" } } },
);
sdk.track("Order Paid", { amount: 1 });
sdk.identify(who, { plan: "pro" });
sdk.page("Home");
sdk.group(`${who}-group`, { size: 5 });
