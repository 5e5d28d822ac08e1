"""Prints key figures of a shipped scenario from a store: `python figures.py shop.duckdb`."""

import sys

import duckdb

SHOP = """
WITH visits AS (
    SELECT person, session_id, count(*) = 1 AS bounced,
        count(*) FILTER (event_type = 'Product Viewed') AS views,
        bool_or(event_type IN ('Product Added', 'Wishlist Product Added to Cart')) AS added,
        bool_or(event_type = 'Checkout Started') AS checked_out,
        bool_or(event_type = 'Coupon Entered') AS tried_coupon,
        bool_or(event_type = 'Payment Info Entered') AS paid,
        bool_or(event_type = 'Payment Failed') AS failed,
        bool_or(event_type = 'Order Completed') AS ordered
    FROM ecommerce.events WHERE session_id IS NOT NULL GROUP BY person, session_id
), carts AS (
    SELECT bool_or(event_type = 'Order Completed') AS ordered
    FROM ecommerce.events WHERE event_properties.cart_id IS NOT NULL GROUP BY event_properties.cart_id
)
SELECT avg(bounced::INT) AS "sessions that bounce", avg(views) AS "products viewed in a session",
    avg(added::INT) AS "sessions that add to the cart", avg(ordered::INT) AS "sessions with an order",
    (SELECT 1 - avg(ordered::INT) FROM carts) AS "carts without an order",
    avg(ordered::INT) FILTER (checked_out) AS "checkouts completed",
    avg(tried_coupon::INT) FILTER (checked_out) AS "checkouts with a coupon tried",
    avg(failed::INT) FILTER (paid) AS "payments with a failure"
FROM visits"""

SCHOOL = """
WITH counts AS (SELECT event_type, count(*) AS n FROM online_school.events GROUP BY event_type),
    n AS (SELECT map_from_entries(list((event_type, n))) AS of FROM counts)
SELECT of['trial_held'] / (of['trial_held'] + of['trial_no_show']) AS "booked trials that are held",
    of['payment_succeeded'] / of['click_pay_lessons'] AS "payments begun that succeed",
    of['lesson_missed'] / (of['lesson_missed'] + of['homework_assigned']) AS "booked lessons that are missed",
    of['click_technical_trouble'] / of['click_start_lesson'] AS "lessons with technical trouble",
    of['rate_lesson'] / of['click_start_lesson'] AS "lessons that are rated",
    of['homework_submitted'] / of['homework_assigned'] AS "homework handed in",
    (SELECT count(*) FILTER (buys) / count(*) FROM (
        SELECT person, bool_or(event_type = 'trial_held') AS tried, bool_or(event_type = 'payment_succeeded') AS buys
        FROM online_school.events GROUP BY person) WHERE tried) AS "people with a trial who buy"
FROM n"""

store = duckdb.connect(sys.argv[1], read_only=True)
[(scenario,)] = store.execute("SELECT DISTINCT scenario FROM runs").fetchall()
result = store.execute(SHOP if scenario == "ecommerce" else SCHOOL)
names = [column[0] for column in result.description]
for name, value in zip(names, result.fetchall()[0], strict=True):
    shown = f"{value:7.2f}" if value > 1 else f"{100 * value:6.1f} %"
    sys.stdout.write(f"{name:38}{shown}\n")
