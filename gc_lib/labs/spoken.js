// Tell those who hear a lab what it shows to those who see it: names, values in words, states, and the finding.
const PAUSE = 500 // milliseconds, at least, from one finding to the next

function set(part, attributes) {
    for (const [name, value] of Object.entries(attributes))
        if (part.getAttribute(name) !== String(value)) part.setAttribute(name, value)
}

function decorate(lab) {
    const each = (selector, then) => lab.querySelectorAll(selector).forEach(then)
    each(".widget-slider", slider => {
        const [label, readout] = [".widget-label", ".widget-readout"].map(part => slider.querySelector(part))
        const value = { "aria-valuetext": readout.textContent, "aria-disabled": !!slider.querySelector("[disabled]") }
        set(slider.querySelector("[role=slider]"), { "aria-label": label.textContent, ...value })
        set(readout, { contenteditable: false }) // ipywidgets lets it be typed in, and takes no notice
    })
    each(".widget-toggle-buttons", row => set(row, { role: "group", "aria-label": row.firstChild.textContent }))
    each(".widget-toggle-button", button => {
        const folds = button.matches(":has(.fa-caret-right, .fa-caret-down)")
        set(button, { [folds ? "aria-expanded" : "aria-pressed"]: button.classList.contains("mod-active") })
    })
    each(".jupyter-button > i", icon => set(icon, { "aria-hidden": true }))
    each(":is(.gc-headline, .gc-caption)[role]", part => part.removeAttribute("role")) // it is new after every move
}

function keepArrow({ target, key }) { // or else Jupyter takes it on its way here, and goes to another cell
    const control = target.closest(".gc-lab :is([role=slider], select)")
    control?.toggleAttribute("data-lm-suppress-shortcuts", key.startsWith("Arrow"))
}

function render({ el }) {
    const finding = () => [...lab.querySelectorAll(".gc-headline, .gc-caption")].map(part => part.innerText).join(" ")
    const region = document.createElement("div")
    let lab, waiting, due, said
    const observer = new MutationObserver(() => {
        decorate(lab)
        due ??= setTimeout(() => {
            due = null
            if (finding() !== said) region.textContent = said = finding()
        }, PAUSE)
    })
    const begin = () => {
        if (!(lab = el.closest(".gc-lab"))) return (waiting = requestAnimationFrame(begin))
        said = finding()
        const attributeFilter = ["class", "disabled", "contenteditable", "aria-valuetext"]
        observer.observe(lab, { subtree: true, childList: true, characterData: true, attributeFilter })
        lab.append(region) // with which the decorating begins
    }
    set(region, { role: "status", style: "position: absolute; height: 1px; overflow: hidden; clip-path: inset(50%)" })
    window.addEventListener("keydown", keepArrow, true)
    begin()
    return () => {
        window.removeEventListener("keydown", keepArrow, true)
        cancelAnimationFrame(waiting)
        clearTimeout(due)
        observer.disconnect()
    }
}

export default { render }
