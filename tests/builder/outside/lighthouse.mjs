// Lighthouse on several addresses, one after the other, in one browser.
//
//     CHROME_PATH=… node lighthouse.mjs CATEGORY,CATEGORY ADDRESS…
//
// Prints a JSON list with a Lighthouse report for each address.
import {launch} from "chrome-launcher"
import lighthouse from "lighthouse"

const [categories, ...addresses] = process.argv.slice(2)
const chromeFlags = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
const chrome = await launch({chromeFlags})
const reports = []
for (const address of addresses) {
  const flags = {port: chrome.port, onlyCategories: categories.split(","), logLevel: "error"}
  reports.push((await lighthouse(address, flags)).lhr)
}
await chrome.kill()
// Not process.exit() at once: what is written to a pipe would be cut off.
process.stdout.write(JSON.stringify(reports), () => process.exit(0))
