"""A headless Chromium that looks at a page as a reader does: wide or narrow, light or dark, without scripts or a network."""

import base64
import os
import pathlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDE, NARROW = 1280, 360


class Browser:
    def __init__(self, scripts=False):
        options = Options()
        options.add_argument("--headless=new")
        options.add_argument("--no-sandbox")  # root has none
        options.add_argument("--disable-dev-shm-usage")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver", log_output=os.devnull), options=options)

    def close(self):
        self.driver.quit()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def look(self, path, width=WIDE, dark=False, media=""):
        """Opens a file as a reader with such a screen has it."""
        self.command("Network.enable")
        self.command("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.driver.get(pathlib.Path(path).resolve().as_uri())

    def ask(self, script, *arguments):
        """What an expression of JavaScript is on the page, whose own scripts stay off."""
        return self.driver.execute_script(f"return {script}", *arguments)

    def console(self):
        """What the page made the browser complain about."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]

    def picture(self, path, clip=None):
        """The whole page as a PNG file."""
        more = {"clip": {**clip, "scale": 1}} if clip else {}
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True, **more)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path):
        printed = self.command("Page.printToPDF", printBackground=True)
        pathlib.Path(path).write_bytes(base64.b64decode(printed["data"]))
