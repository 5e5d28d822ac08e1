posthog.init("phc_key", {
  api_host: base,
  autocapture: false,
  capture_pageleave: true,
  disable_session_recording: true,
  opt_out_useragent_filter: true, // a browser of tests looks like a bot
});
posthog.capture("Order Paid", { amount: 1 });
posthog.identify(who, { plan: "pro" });
posthog.group("org", who, { size: 5 });
