mixpanel.init("token", { api_host: base, batch_flush_interval_ms: 200, record_sessions_percent: 0 });
mixpanel.track("Order Paid", { amount: 1 });
mixpanel.identify(who);
mixpanel.people.set({ plan: "pro" });
mixpanel.get_group("org", who).set({ size: 5 });
