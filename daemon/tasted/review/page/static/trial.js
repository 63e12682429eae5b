// A trial that was decided while the page is open: told at the top, in one line.
import {notice} from "./dom.js";
import {ask} from "./sending.js";

export async function tellTrial() {
  const told = await ask("/api/trials").catch(() => null);
  const news = told?.trials[0]?.news;
  if (news) notice("trial", news.text, "See more", () => location.assign("/versions#trial"));
}
