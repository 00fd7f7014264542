// Sends on what waited for a sign-in, unless the reader came back to this page.
{
  const form = document.querySelector("form[data-resume]");
  const [arrival] = performance.getEntriesByType("navigation");
  if (form && arrival?.type === "navigate") form.submit();
}
