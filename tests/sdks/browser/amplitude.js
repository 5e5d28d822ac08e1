amplitude.init("key", who, {
  serverUrl: `${base}/2/httpapi`,
  autocapture: false,
  remoteConfig: { fetchRemoteConfig: false },
});
amplitude.track("Order Paid", { amount: 1 });
amplitude.identify(new amplitude.Identify().set("plan", "pro"));
amplitude.groupIdentify("org", who, new amplitude.Identify().set("size", 5));
amplitude.flush().promise.then(() => {
  amplitude.setTransport("beacon");
  amplitude.track("Left");
  amplitude.flush();
});
